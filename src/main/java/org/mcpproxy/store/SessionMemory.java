package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.McpSession;

/**
 * Whose a session is, as this node has lately heard from the database. While somebody goes on with a session the database is
 * asked again beside their requests, so that none of these waits for one that hangs.
 */
final class SessionMemory {

    /** For how long it is not asked again. */
    static final Duration FRESH = Duration.ofSeconds(10);

    /** For how long what it said holds. Longer than it takes to learn that the database is away. */
    static final Duration HOLDS = Duration.ofSeconds(30);

    private static final int MOST = 100_000;

    private final Clock clock;
    private final Function<String, Optional<McpSession>> database;
    private final Executor threads;
    private final Cache<String, Remembered> remembered =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    /**
     * @param database asks it by the hash of the session's id; throws {@code STORE_UNAVAILABLE}
     * @param threads on which it is asked beside requests; may leave work out, which is then tried again
     */
    SessionMemory(Clock clock, Function<String, Optional<McpSession>> database, Executor threads) {
        this.clock = clock;
        this.database = database;
        this.threads = threads;
    }

    private record Remembered(McpSession session, Instant freshUntil, Instant until) {}

    /** Whether {@link #find} answers without waiting. */
    boolean holds(String hash) {
        return held(hash).isPresent();
    }

    /** @throws Rejection {@code STORE_UNAVAILABLE} */
    Optional<McpSession> find(String hash) {
        Optional<Remembered> held = held(hash);
        held.ifPresent(known -> askBeside(hash, known));
        return held.map(Remembered::session).or(() -> asked(hash, () -> database.apply(hash)));
    }

    /**
     * What the database says now. While it is away, an owner that this node once knew is still the owner.
     *
     * @throws Rejection {@code STORE_UNAVAILABLE}
     */
    Optional<McpSession> asked(String hash, Supplier<Optional<McpSession>> question) {
        // Before it is asked: what it says may have changed by the time that it is here.
        Instant since = clock.instant();
        try {
            Optional<McpSession> session = question.get();
            session.ifPresentOrElse(
                    found -> remembered.put(hash, heard(found, since)), () -> remembered.invalidate(hash));
            return session;
        } catch (Rejection e) {
            Remembered known = remembered.getIfPresent(hash);
            if (known == null || e.reason() != Reason.STORE_UNAVAILABLE) {
                throw e;
            }
            return Optional.of(known.session());
        }
    }

    void forget(String hash) {
        remembered.invalidate(hash);
    }

    private Optional<Remembered> held(String hash) {
        return Optional.ofNullable(remembered.getIfPresent(hash))
                .filter(known -> clock.instant().isBefore(known.until()));
    }

    private static Remembered heard(McpSession session, Instant since) {
        return new Remembered(session, since.plus(FRESH), since.plus(HOLDS));
    }

    /** Once for all requests meanwhile. */
    private void askBeside(String hash, Remembered known) {
        Instant now = clock.instant();
        if (now.isBefore(known.freshUntil())) {
            return;
        }
        Remembered asking = new Remembered(known.session(), now.plus(FRESH), known.until());
        if (remembered.asMap().replace(hash, known, asking)) {
            threads.execute(() -> renew(hash, asking, now));
        }
    }

    /** Changes nothing where it was forgotten or asked for meanwhile, nor while the database is away. */
    private void renew(String hash, Remembered asking, Instant since) {
        try {
            database.apply(hash)
                    .ifPresentOrElse(
                            found -> remembered.asMap().replace(hash, asking, heard(found, since)),
                            () -> remembered.asMap().remove(hash, asking));
        } catch (Rejection e) {
            // what was known holds until its time is over
        }
    }
}
