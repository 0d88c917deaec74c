package org.mcpproxy.web;

import java.time.Clock;
import java.time.Duration;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** How often one address may do a thing. */
public final class AddressRateLimit {

    private final RateLimit limit;

    /**
     * @param times how often within the window
     * @param window the time after which an empty allowance is full again
     */
    public AddressRateLimit(int times, Duration window, Clock clock) {
        this.limit = new RateLimit(times, window, clock);
    }

    /**
     * Counts one use.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS}, with the time to wait, where none is left
     */
    public void take(String address) {
        if (!count(address)) {
            throw refusal();
        }
    }

    /** Counts one use; false where none was left. */
    public boolean count(String address) {
        return limit.take(Network.of(address));
    }

    /** Counts one use by this address of one among many things. */
    void count(String address, String thing) {
        limit.take(key(address, thing));
    }

    /**
     * Counts nothing; for limits on failures, where {@link #count(String, String)} is called once a thing has failed.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS}, with the time to wait, where none is left
     */
    void requireAny(String address, String thing) {
        if (!limit.hasAny(key(address, thing))) {
            throw refusal();
        }
    }

    private Rejection refusal() {
        return Rejection.until(Reason.TOO_MANY_REQUESTS, limit.pause());
    }

    private static String key(String address, String thing) {
        return Network.of(address) + " " + thing;
    }
}
