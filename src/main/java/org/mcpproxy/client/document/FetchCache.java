package org.mcpproxy.client.document;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.mcpproxy.client.ClientIdUrl;
import org.mcpproxy.oauth.CacheLifetime;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * What was fetched, for as long as it is fresh; failures for a moment, so that a stranger cannot make us ask again and
 * again; and the last good one for longer. Each URL is asked for once at a time, whoever waits.
 *
 * @param <T> what it is read as
 */
final class FetchCache<T> {

    static final Duration FAILURE_HOLDS = Duration.ofSeconds(30);
    static final Duration SHORTEST = Duration.ofMinutes(5);
    static final Duration LONGEST = Duration.ofHours(24);
    static final Duration LAST_GOOD = Duration.ofDays(7);

    private static final int MOST = 2_000;
    private static final CacheLifetime LIFETIME = new CacheLifetime(SHORTEST, LONGEST, SHORTEST);

    private final GuardedFetch fetch;
    private final int mostBytes;
    private final BiFunction<ClientIdUrl, String, T> reader;
    private final Clock clock;
    private final Cache<String, Outcome<T>> outcomes = bounded();
    private final Cache<String, Outcome<T>> good = bounded();
    private final Map<String, CompletableFuture<Outcome<T>>> underWay = new ConcurrentHashMap<>();

    /** @param reader throws {@code CLIENT_DOCUMENT_INVALID} */
    FetchCache(GuardedFetch fetch, int mostBytes, BiFunction<ClientIdUrl, String, T> reader, Clock clock) {
        this.fetch = fetch;
        this.mostBytes = mostBytes;
        this.reader = reader;
        this.clock = clock;
    }

    /** @throws Rejection why there is none */
    T current(ClientIdUrl url) {
        return fresh(url).orElseGet(() -> fetched(url)).value();
    }

    /**
     * As {@link #current}; while it cannot be fetched, what was fetched last.
     *
     * @throws Rejection why there is none
     */
    T lastGood(ClientIdUrl url) {
        try {
            return current(url);
        } catch (Rejection rejection) {
            return lastGood(url, rejection).value();
        }
    }

    /** Fetched anew, where it was not just now. */
    T anew(ClientIdUrl url) {
        fresh(url)
                .filter(kept -> kept.at().plus(FAILURE_HOLDS).isBefore(clock.instant()))
                .ifPresent(old -> outcomes.invalidate(key(url)));
        return current(url);
    }

    /** Whether there is anything of it, fresh or not. To ask again for what is known is bounded by how long that is kept. */
    boolean isKnown(ClientIdUrl url) {
        return fresh(url).isPresent() || good.getIfPresent(key(url)) != null;
    }

    private Optional<Outcome<T>> fresh(ClientIdUrl url) {
        return Optional.ofNullable(outcomes.getIfPresent(key(url)))
                .filter(outcome -> clock.instant().isBefore(outcome.freshUntil()));
    }

    /** That the host is down, or we are busy, says nothing about the client; that its document is now a bad one does. */
    private Outcome<T> lastGood(ClientIdUrl url, Rejection rejection) {
        boolean temporary =
                rejection.reason() == Reason.CLIENT_DOCUMENT_UNAVAILABLE || rejection.reason() == Reason.SERVER_FULL;
        return Optional.ofNullable(good.getIfPresent(key(url)))
                .filter(kept -> temporary)
                .filter(kept -> clock.instant().isBefore(kept.at().plus(LAST_GOOD)))
                .orElseThrow(() -> rejection);
    }

    private Outcome<T> fetched(ClientIdUrl url) {
        CompletableFuture<Outcome<T>> own = new CompletableFuture<>();
        CompletableFuture<Outcome<T>> first = underWay.putIfAbsent(key(url), own);
        if (first != null) {
            return joined(first);
        }
        try {
            own.complete(fetch(url));
            return own.join();
        } catch (RuntimeException e) {
            own.completeExceptionally(e);
            throw e;
        } finally {
            underWay.remove(key(url));
        }
    }

    private static <T> Outcome<T> joined(CompletableFuture<Outcome<T>> first) {
        try {
            return first.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Rejection rejection ? rejection : e;
        }
    }

    private Outcome<T> fetch(ClientIdUrl url) {
        Outcome<T> outcome = asked(url);
        outcomes.put(key(url), outcome);
        if (outcome.failure() == null) {
            good.put(key(url), outcome);
        }
        return outcome;
    }

    private Outcome<T> asked(ClientIdUrl url) {
        try {
            Fetched fetched = fetch.fetch(url, mostBytes);
            T read = read(url, fetched.text());
            return new Outcome<>(read, null, clock.instant(), until(LIFETIME.of(fetched.cacheControl())));
        } catch (Rejection rejection) {
            if (rejection.reason() == Reason.SERVER_FULL) {
                throw rejection;
            }
            return new Outcome<>(null, rejection, clock.instant(), until(FAILURE_HOLDS));
        }
    }

    private T read(ClientIdUrl url, String text) {
        try {
            return reader.apply(url, text);
        } catch (NullPointerException | IllegalArgumentException | ClassCastException e) {
            // more than the parsers expect of a stranger, such as null for a key; it is kept as any other mistake is
            throw Rejection.of(Reason.CLIENT_DOCUMENT_INVALID, e);
        }
    }

    private Instant until(Duration lifetime) {
        return clock.instant().plus(lifetime);
    }

    private static String key(ClientIdUrl url) {
        return url.uri().toString();
    }

    private static <T> Cache<String, Outcome<T>> bounded() {
        return Caffeine.newBuilder().maximumSize(MOST).build();
    }

    /** Of the two one is there. */
    private record Outcome<T>(T read, Rejection failure, Instant at, Instant freshUntil) {

        T value() {
            if (failure != null) {
                throw failure;
            }
            return read;
        }
    }
}
