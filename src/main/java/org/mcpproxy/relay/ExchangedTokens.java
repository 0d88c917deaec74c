package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
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
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.ExchangedToken;
import org.mcpproxy.upstream.TokenExchange;
import org.mcpproxy.web.RequestThreads;

/**
 * Users' tokens of Okta, exchanged for backends. Each is kept for its own grant and backend alone, until it ends or its
 * grant does. For one grant and backend, one exchange at a time; whoever comes meanwhile has its outcome, good or bad.
 */
@Singleton
public class ExchangedTokens {

    private static final int MOST = 20_000;

    /** What is left of a token's time when it is sent. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    /** How long the token of a grant that has ended may still lie in memory. It is sent to nobody any more. */
    private static final Duration SWEEP = Duration.ofSeconds(5);

    private final TokenExchange exchange;
    private final LiveGrants grants;
    private final RequestThreads threads;
    private final Clock clock;
    private final Map<Key, CompletableFuture<Secret>> underWay = new ConcurrentHashMap<>();
    private final AtomicBoolean sweepIsDue = new AtomicBoolean();
    private final Cache<Key, ExchangedToken> kept =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    @Inject
    public ExchangedTokens(TokenExchange exchange, LiveGrants grants, RequestThreads threads, Clock clock) {
        this.exchange = exchange;
        this.grants = grants;
        this.threads = threads;
        this.clock = clock;
    }

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
        return good(key).orElseGet(() -> shared(key, () -> exchange.exchange(subjectToken.get(), target)));
    }

    private Optional<Secret> good(Key key) {
        return Optional.ofNullable(kept.getIfPresent(key)).filter(this::isGood).map(ExchangedToken::value);
    }

    private boolean isGood(ExchangedToken token) {
        return clock.instant().isBefore(token.expiresAt().minus(MARGIN));
    }

    private Secret shared(Key key, Supplier<ExchangedToken> exchanged) {
        CompletableFuture<Secret> mine = new CompletableFuture<>();
        CompletableFuture<Secret> others = underWay.putIfAbsent(key, mine);
        if (others != null) {
            return outcome(others);
        }
        try {
            mine.complete(good(key).orElseGet(() -> keep(key, exchanged.get())));
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
        } finally {
            underWay.remove(key);
            mine.cancel(false);
        }
        return outcome(mine);
    }

    private static Secret outcome(CompletableFuture<Secret> exchanged) {
        try {
            return exchanged.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof Rejection rejection ? rejection : e;
        }
    }

    private Secret keep(Key key, ExchangedToken token) {
        kept.put(key, token);
        sweepLater();
        return token.value();
    }

    private void sweepLater() {
        if (sweepIsDue.compareAndSet(false, true)) {
            threads.after(SWEEP, this::sweep);
        }
    }

    /** Forgets the tokens that have ended, and those whose grant has. */
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
}
