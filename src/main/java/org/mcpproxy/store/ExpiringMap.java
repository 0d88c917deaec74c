package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Function;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * A bounded map whose values know when they expire. When it is full, a new value is refused; a living one never makes
 * room.
 */
final class ExpiringMap<V> {

    private final Cache<String, V> cache;
    private final int capacity;
    private final Clock clock;
    private final Function<V, Instant> expiry;

    ExpiringMap(int capacity, Clock clock, Function<V, Instant> expiry) {
        this.capacity = capacity;
        this.clock = clock;
        this.expiry = expiry;
        this.cache = Caffeine.newBuilder()
                .expireAfter(Expiry.<String, V>writing((key, value) -> remaining(value)))
                .build();
    }

    private Duration remaining(V value) {
        Duration remaining = Duration.between(clock.instant(), expiry.apply(value));
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }

    /** @throws Rejection {@code SERVER_FULL} where nothing more can be held */
    void put(String key, V value) {
        if (cache.estimatedSize() >= capacity) {
            cache.cleanUp();
            if (cache.estimatedSize() >= capacity) {
                throw Rejection.until(Reason.SERVER_FULL, Duration.ofMinutes(1));
            }
        }
        cache.put(key, value);
    }

    Optional<V> find(String key) {
        return Optional.ofNullable(cache.getIfPresent(key))
                .filter(value -> clock.instant().isBefore(expiry.apply(value)));
    }

    boolean remove(String key) {
        return take(key).isPresent();
    }

    /** Takes a value out: one caller gets it. */
    Optional<V> take(String key) {
        return Optional.ofNullable(values().remove(key))
                .filter(value -> clock.instant().isBefore(expiry.apply(value)));
    }

    /** For atomic changes of one value. */
    ConcurrentMap<String, V> values() {
        return cache.asMap();
    }
}
