package org.mcpproxy.upstream;

import io.prometheus.metrics.core.metrics.Histogram;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.metrics.Label;
import org.mcpproxy.metrics.Meters;

/** Times the calls to the issuer. */
@Singleton
public class IssuerMeter {

    /** In seconds. */
    private static final double[] BOUNDS = {0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};

    private static final double NANOS = TimeUnit.SECONDS.toNanos(1);

    /** What a call came to. */
    enum Outcome {
        SUCCESS,
        /** A 4xx that is none of the others: the request was judged. */
        REFUSED,
        /** 429. */
        RATE_LIMITED,
        /** 5xx, or 408. */
        FAILED,
        /** No answer. */
        UNREACHABLE;

        static Outcome of(int status) {
            if (status == 429) {
                return RATE_LIMITED;
            }
            if (status >= 500 || status == 408) {
                return FAILED;
            }
            return status < 400 ? SUCCESS : REFUSED;
        }
    }

    private final Histogram calls;

    @Inject
    public IssuerMeter(Meters meters) {
        calls = meters.histogram(
                "okta_call_seconds", "Time of calls to Okta, by endpoint and outcome.", BOUNDS, "endpoint", "outcome");
    }

    /** @param since {@link System#nanoTime} when it began */
    void called(IssuerCalls.Endpoint endpoint, Outcome outcome, long since) {
        calls.labelValues(Label.of(endpoint), Label.of(outcome)).observe((System.nanoTime() - since) / NANOS);
    }
}
