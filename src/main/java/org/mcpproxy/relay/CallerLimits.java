package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.RateLimit;

/** What one user may take of the relay, so that nobody takes it from the others; on this node. */
@Singleton
public class CallerLimits {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final int mostUnderWay;
    private final RateLimit rate;

    /** Users, and how many of their requests are under way; none that has none. */
    private final ConcurrentMap<String, Integer> underWay = new ConcurrentHashMap<>();

    @Inject
    public CallerLimits(RelayLimits limits, Clock clock) {
        this.mostUnderWay = limits.counts().atOnceOfUser();
        this.rate = new RateLimit(limits.counts().perMinute(), WINDOW, clock);
    }

    /**
     * Takes a place for one more request; {@link #leave} gives it back.
     *
     * @throws Rejection {@code CALLER_TOO_BUSY}
     */
    void enter(Caller caller) {
        count(caller);
        boolean[] entered = new boolean[1];
        underWay.compute(caller.holder(), (user, before) -> {
            int now = before == null ? 0 : before;
            entered[0] = now < mostUnderWay;
            return entered[0] ? (Integer) (now + 1) : before;
        });
        if (!entered[0]) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, Relay.SOON);
        }
    }

    /**
     * What more than one message in a batch (MCP 2025-03-26) counts for.
     *
     * @throws Rejection {@code CALLER_TOO_BUSY}
     */
    void countBatch(Caller caller, int messages) {
        for (int further = 1; further < messages; further++) {
            count(caller);
        }
    }

    private void count(Caller caller) {
        if (!rate.take(caller.holder() + " " + caller.client())) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, rate.pause());
        }
    }

    void leave(Caller caller) {
        underWay.computeIfPresent(caller.holder(), (user, before) -> before == 1 ? null : (Integer) (before - 1));
    }

    /** How many users have anything under way. */
    int users() {
        return underWay.size();
    }
}
