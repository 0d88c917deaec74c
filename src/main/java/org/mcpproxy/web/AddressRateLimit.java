package org.mcpproxy.web;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * How often one address may do a thing: so many times at once, and again as the window passes (a token bucket). Bounded in
 * memory: with very many addresses those that were longest idle are forgotten.
 */
public final class AddressRateLimit {

    private static final int MOST_ADDRESSES = 50_000;

    private final int times;
    private final Duration window;
    private final Clock clock;
    private final Cache<String, Bucket> buckets;

    /**
     * @param times how often within the window
     * @param window the time after which an empty allowance is full again
     */
    public AddressRateLimit(int times, Duration window, Clock clock) {
        this.times = times;
        this.window = window;
        this.clock = clock;
        this.buckets = Caffeine.newBuilder()
                .maximumSize(MOST_ADDRESSES)
                .expireAfterAccess(window)
                .build();
    }

    /**
     * Counts one use.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS}, with the time to wait, where none is left
     */
    public void take(String address) {
        if (!count(address)) {
            throw Rejection.until(Reason.TOO_MANY_REQUESTS, window.dividedBy(times));
        }
    }

    /** Counts one use; false where none was left. */
    public boolean count(String address) {
        Instant now = clock.instant();
        Bucket bucket = buckets.asMap()
                .compute(
                        Network.of(address),
                        (network, old) -> refilled(old, now).takeOne());
        return !bucket.exhausted();
    }

    /**
     * Counts nothing; for limits on failures, where {@link #count} is called once a thing has failed.
     *
     * @throws Rejection {@code TOO_MANY_REQUESTS}, with the time to wait, where none is left
     */
    public void requireAny(String address) {
        Bucket bucket = buckets.getIfPresent(Network.of(address));
        if (bucket != null && refilled(bucket, clock.instant()).left < 1) {
            throw Rejection.until(Reason.TOO_MANY_REQUESTS, window.dividedBy(times));
        }
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
