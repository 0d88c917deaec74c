package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * How often codes of devices may be entered (RFC 8628 5.1): in one browser, from one address, and in all, for this node. Right
 * ones count too, so that of many at the same moment no more than that are looked at.
 */
@Singleton
public class UserCodeTries {

    /** A person mistypes a few times. */
    private static final int OF_BROWSER = 10;

    private static final Duration OF_BROWSER_WINDOW = Duration.ofMinutes(10);
    private static final int IN_ALL = 1_000;

    private final RateLimit browsers;
    private final AddressRateLimit addresses;
    private final RateLimit all;

    @Inject
    public UserCodeTries(Settings settings, Clock clock) {
        browsers = new RateLimit(OF_BROWSER, OF_BROWSER_WINDOW, clock);
        addresses =
                new AddressRateLimit(settings.addressLimits().failedAuthentications(), AddressRateLimits.WINDOW, clock);
        all = new RateLimit(IN_ALL, AddressRateLimits.WINDOW, clock);
    }

    /**
     * Counts one; to be asked before the code is looked at. Whom the nearest limit stops costs the others nothing.
     *
     * @param browser tells this browser from others
     * @throws Rejection {@code TOO_MANY_REQUESTS}
     */
    public void take(String browser, String address) {
        take(browsers, browser);
        addresses.take(address);
        take(all, "");
    }

    private static void take(RateLimit limit, String who) {
        if (!limit.take(who)) {
            throw Rejection.until(Reason.TOO_MANY_REQUESTS, limit.pause());
        }
    }
}
