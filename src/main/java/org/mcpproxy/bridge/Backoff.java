package org.mcpproxy.bridge;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Keeps processes that die soon after their start from being started again and again: each time the wait doubles. */
final class Backoff {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final int MOST = 10_000;
    private static final int MOST_DOUBLINGS = 20;

    private final Clock clock;
    private final Cache<Key, Failures> failures =
            Caffeine.newBuilder().maximumSize(MOST).build();

    Backoff(Clock clock) {
        this.clock = clock;
    }

    /** One holder's crashes, which may be of their own making, keep nobody else waiting. */
    record Key(String backend, Holder holder) {}

    private record Failures(int count, Instant until) {}

    /** @throws Rejection {@code BACKEND_DOWN} while it is to wait */
    void require(Key key) {
        Failures known = failures.getIfPresent(key);
        Instant now = clock.instant();
        if (known != null && now.isBefore(known.until())) {
            throw Rejection.until(
                    Reason.BACKEND_DOWN, Duration.between(now, known.until()).plusMillis(999));
        }
    }

    /** @param longest the wait that no doubling exceeds */
    void failed(Key key, Duration longest) {
        failures.asMap().compute(key, (same, known) -> {
            int count = known == null ? 0 : Math.min(known.count() + 1, MOST_DOUBLINGS);
            Duration wait = FIRST.multipliedBy(1L << count);
            return new Failures(count, clock.instant().plus(wait.compareTo(longest) < 0 ? wait : longest));
        });
    }

    void worked(Key key) {
        failures.invalidate(key);
    }
}
