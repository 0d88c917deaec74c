package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.github.benmanes.caffeine.cache.Ticker;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * A bounded map whose values know when they expire. When it is full, a new value is refused, unless something that is
 * of no more use can make room; a living one never does. A value that stands may always be replaced.
 */
final class ExpiringMap<V> {

    /** How long after a sweep the next one may come: a flood of new values must not make every one of them a sweep. */
    private static final Duration SWEEP_PAUSE = Duration.ofSeconds(10);

    private final Cache<String, V> cache;
    private final int capacity;
    private final Clock clock;
    private final Function<V, Instant> expiry;
    private final Predicate<V> useless;
    private Instant nextSweep = Instant.MIN;

    ExpiringMap(int capacity, Clock clock, Function<V, Instant> expiry) {
        this(capacity, clock, expiry, value -> false);
    }

    /** @param useless what makes room when it is full */
    ExpiringMap(int capacity, Clock clock, Function<V, Instant> expiry, Predicate<V> useless) {
        this.capacity = capacity;
        this.clock = clock;
        this.expiry = expiry;
        this.useless = useless;
        this.cache = Caffeine.newBuilder()
                .expireAfter(Expiry.<String, V>writing((key, value) -> remaining(value)))
                .ticker(ticker(clock))
                .executor(Runnable::run)
                .build();
    }

    private static Ticker ticker(Clock clock) {
        return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
    }

    private Duration remaining(V value) {
        Duration remaining = Duration.between(clock.instant(), expiry.apply(value));
        return remaining.isNegative() ? Duration.ZERO : remaining;
    }

    /** @throws Rejection {@code SERVER_FULL} where nothing more can be held */
    void put(String key, V value) {
        if (isFull() && cache.getIfPresent(key) == null) {
            makeRoom();
        }
        cache.put(key, value);
    }

    private boolean isFull() {
        return cache.estimatedSize() >= capacity;
    }

    private synchronized void makeRoom() {
        cache.cleanUp();
        if (isFull() && !clock.instant().isBefore(nextSweep)) {
            nextSweep = clock.instant().plus(SWEEP_PAUSE);
            cache.asMap().values().removeIf(useless);
        }
        if (isFull()) {
            throw Rejection.until(Reason.SERVER_FULL, Duration.ofMinutes(1));
        }
    }

    Optional<V> find(String key) {
        return Optional.ofNullable(cache.getIfPresent(key)).filter(this::isLive);
    }

    boolean remove(String key) {
        return take(key).isPresent();
    }

    /** Takes a value out: one caller gets it. */
    Optional<V> take(String key) {
        return Optional.ofNullable(cache.asMap().remove(key)).filter(this::isLive);
    }

    /** Changes a living value, one caller at a time. */
    void change(String key, UnaryOperator<V> change) {
        cache.asMap().computeIfPresent(key, (same, value) -> isLive(value) ? change.apply(value) : value);
    }

    /** Puts another value in place of this one, where it still stands. */
    boolean replace(String key, V present, V next) {
        return cache.asMap().replace(key, present, next);
    }

    Stream<V> live() {
        return cache.asMap().values().stream().filter(this::isLive);
    }

    private boolean isLive(V value) {
        return clock.instant().isBefore(expiry.apply(value));
    }
}
