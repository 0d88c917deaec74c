package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.HolderPlaces;
import org.mcpproxy.web.RateLimit;

/** What one user may take of the relay, or of one backend, so that nobody takes it from the others; on this node. */
@Singleton
public class CallerLimits {

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final Optional<RateLimit> rate;
    private final Optional<HolderPlaces> underWay;

    @Inject
    public CallerLimits(RelayLimits limits, Clock clock) {
        this(limits.counts(), clock);
    }

    /** What is {@link RelayLimits#UNCOUNTED} is not counted. */
    CallerLimits(RelayLimits.Counts counts, Clock clock) {
        this.rate = counted(counts.perMinute()).map(times -> new RateLimit(times, WINDOW, clock));
        this.underWay = counted(counts.atOnceOfUser()).map(HolderPlaces::new);
    }

    private static Optional<Integer> counted(int most) {
        return most == RelayLimits.UNCOUNTED ? Optional.empty() : Optional.of(most);
    }

    /**
     * Takes a place for one more request; {@link #leave} gives it back.
     *
     * @throws Rejection {@code CALLER_TOO_BUSY}
     */
    void enter(Caller caller) {
        count(caller);
        if (underWay.isPresent() && !underWay.get().take(caller.holder())) {
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
        if (rate.isPresent() && !rate.get().take(caller.holder() + " " + caller.client())) {
            throw Rejection.until(Reason.CALLER_TOO_BUSY, rate.get().pause());
        }
    }

    void leave(Caller caller) {
        underWay.ifPresent(places -> places.give(caller.holder()));
    }

    /** How many users have anything under way. */
    int users() {
        return underWay.map(HolderPlaces::holders).orElse(0);
    }
}
