package org.mcpproxy.authorization;

import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.metrics.Meters;

/** Counts sign-ons that begin in a browser; how they end, the audit counts. */
@Singleton
public class SignOnMeter {

    private final Counter begun;

    @Inject
    public SignOnMeter(Meters meters) {
        begun = meters.counter("sign_ons_begun_total", "Sign-ons that began at the authorization endpoint.");
    }

    void begun() {
        begun.inc();
    }
}
