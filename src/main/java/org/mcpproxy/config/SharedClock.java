package org.mcpproxy.config;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;

/**
 * The time by which all nodes go: this machine's, and where that differs from the database's, the latter. What one node
 * writes, such as a lease, the begin of a grace or an expiry, the others judge.
 */
public final class SharedClock extends Clock {

    private final Clock own;
    private volatile Duration correction = Duration.ZERO;

    /** @param own this machine's */
    public SharedClock(Clock own) {
        this.own = own;
    }

    @Override
    public Instant instant() {
        return own.instant().plus(correction);
    }

    /** What this machine's clock says. */
    public Instant own() {
        return own.instant();
    }

    /** What is added to this machine's time; negative where its clock is ahead. */
    public Duration correction() {
        return correction;
    }

    /**
     * Corrects no more than is certain, so that a database that is slow to answer moves nothing.
     *
     * @param theirs the database's time
     * @param before this machine's before the database was asked
     * @param after this machine's when it had answered
     */
    public void compare(Instant theirs, Instant before, Instant after) {
        Duration least = Duration.between(after, theirs);
        Duration most = Duration.between(before, theirs);
        if (correction.compareTo(least) < 0) {
            correction = least;
        } else if (correction.compareTo(most) > 0) {
            correction = most;
        }
    }

    @Override
    public ZoneId getZone() {
        return own.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        InstantSource source = this::instant;
        return source.withZone(zone);
    }
}
