package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.ExchangedToken;
import org.mcpproxy.upstream.TokenExchange;
import org.mcpproxy.web.RequestThreads;

/**
 * Users' tokens of Okta, exchanged for backends. Each is kept for its own grant and backend alone, until it ends or its
 * grant does. For one grant and backend, one exchange at a time; whoever comes meanwhile has its outcome, good or bad. That
 * Okta denies one is kept for a few seconds, so that whoever tries on does not ask it each time.
 */
@Singleton
public class ExchangedTokens {

    private static final int MOST = 20_000;

    /** What is left of a token's time when it is sent. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration DENIED = Duration.ofSeconds(5);

    /** How long the token of a grant that has ended may still lie in memory. It is sent to nobody any more. */
    private static final Duration SWEEP = Duration.ofSeconds(5);

    private final TokenExchange exchange;
    private final LiveGrants grants;
    private final RequestThreads threads;
    private final Clock clock;
    private final Map<Key, CompletableFuture<Outcome>> underWay = new ConcurrentHashMap<>();
    private final AtomicBoolean sweepIsDue = new AtomicBoolean();
    private final Cache<Key, Outcome> kept =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    @Inject
    public ExchangedTokens(TokenExchange exchange, LiveGrants grants, RequestThreads threads, Clock clock) {
        this.exchange = exchange;
        this.grants = grants;
        this.threads = threads;
        this.clock = clock;
    }

    /** Whether {@link #of} answers, or refuses, at once. */
    boolean isAtHand(Backend backend, String grant) {
        return good(new Key(grant, backend.name())).isPresent();
    }

    /**
     * The token for this backend and grant.
     *
     * @param subjectToken the user's own token of Okta, asked for where it is needed
     * @throws Rejection as {@link TokenExchange#exchange}
     */
    Secret of(Backend backend, String grant, Supplier<Secret> subjectToken) {
        Key key = new Key(grant, backend.name());
        BackendCredential.Exchange target = (BackendCredential.Exchange) backend.credential();
        return good(key)
                .orElseGet(() -> shared(key, () -> exchange.exchange(subjectToken.get(), target)))
                .token();
    }

    private Optional<Outcome> good(Key key) {
        return Optional.ofNullable(kept.getIfPresent(key)).filter(this::isGood);
    }

    private boolean isGood(Outcome outcome) {
        return clock.instant().isBefore(outcome.goodUntil());
    }

    private Outcome shared(Key key, Supplier<ExchangedToken> exchanged) {
        CompletableFuture<Outcome> mine = new CompletableFuture<>();
        CompletableFuture<Outcome> others = underWay.putIfAbsent(key, mine);
        if (others != null) {
            return joined(others);
        }
        try {
            mine.complete(good(key).orElseGet(() -> keep(key, outcome(exchanged))));
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
        } finally {
            underWay.remove(key);
            mine.cancel(false);
        }
        return joined(mine);
    }

    private Outcome outcome(Supplier<ExchangedToken> exchanged) {
        try {
            return Outcome.of(exchanged.get());
        } catch (Rejection e) {
            if (e.reason() != Reason.EXCHANGE_DENIED) {
                throw e;
            }
            return new Outcome(Optional.empty(), clock.instant().plus(DENIED));
        }
    }

    private static Outcome joined(CompletableFuture<Outcome> exchanged) {
        try {
            return exchanged.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Rejection rejection ? rejection : e;
        }
    }

    private Outcome keep(Key key, Outcome outcome) {
        kept.put(key, outcome);
        sweepLater();
        return outcome;
    }

    private void sweepLater() {
        if (sweepIsDue.compareAndSet(false, true)) {
            threads.after(SWEEP, this::sweep);
        }
    }

    /** Forgets the tokens and denials that have ended, and those whose grant has. */
    void sweep() {
        sweepIsDue.set(false);
        kept.asMap()
                .entrySet()
                .removeIf(entry ->
                        !isGood(entry.getValue()) || !isLive(entry.getKey().grant()));
        if (size() > 0) {
            sweepLater();
        }
    }

    /** How many are kept. */
    int size() {
        return kept.asMap().size();
    }

    /** While that cannot be known, nothing is sent to anybody. */
    private boolean isLive(String grant) {
        try {
            return grants.isLive(grant);
        } catch (Rejection e) {
            return true;
        }
    }

    private record Key(String grant, String backend) {}

    /** @param known empty where Okta denied the exchange */
    private record Outcome(Optional<Secret> known, Instant goodUntil) {

        static Outcome of(ExchangedToken token) {
            return new Outcome(Optional.of(token.value()), token.expiresAt().minus(MARGIN));
        }

        Secret token() {
            return known.orElseThrow(() -> Rejection.of(Reason.EXCHANGE_DENIED));
        }
    }
}
