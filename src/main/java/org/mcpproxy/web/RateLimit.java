package org.mcpproxy.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * How often something may be done by each of many: so many times at once, and again as the window passes (a token bucket).
 * Bounded in memory: of very many those that were longest idle are forgotten.
 */
public final class RateLimit {

    private static final int MOST = 50_000;

    private final int times;
    private final Duration window;
    private final Clock clock;
    private final Cache<String, Bucket> buckets;

    /**
     * @param times how often within the window
     * @param window the time after which an empty allowance is full again
     */
    public RateLimit(int times, Duration window, Clock clock) {
        this.times = times;
        this.window = window;
        this.clock = clock;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterAccess(window)
                .build();
    }

    /** Counts one use; false where none was left. */
    public boolean take(String who) {
        Instant now = clock.instant();
        return !buckets.asMap()
                .compute(who, (same, old) -> refilled(old, now).takeOne())
                .exhausted();
    }

    /** Whether one is left; counts nothing. */
    boolean hasAny(String who) {
        Bucket bucket = buckets.getIfPresent(who);
        return bucket == null || refilled(bucket, clock.instant()).left >= 1;
    }

    /** Until there is one more. */
    public Duration pause() {
        return window.dividedBy(times);
    }

    private Bucket refilled(Bucket old, Instant now) {
        if (old == null) {
            return new Bucket(times, now, false);
        }
        double back = (double) Duration.between(old.at, now).toMillis() / window.toMillis() * times;
        return new Bucket(Math.min(times, old.left + Math.max(0, back)), now, false);
    }

    private record Bucket(double left, Instant at, boolean exhausted) {

        Bucket takeOne() {
            return left < 1 ? new Bucket(left, at, true) : new Bucket(left - 1, at, false);
        }
    }
}
