package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

/**
 * Remembers for a few seconds that a token was verified, which saves a signature check for each request of a busy client.
 * Kept by the token's SHA-256, so a dump of the memory shows no token that is not in use. Whether the grant still lives
 * is not remembered: it is asked every time.
 */
@Singleton
public class VerifiedTokens {

    private static final Duration BELIEVED = Duration.ofSeconds(10);
    private static final int MOST = 20_000;

    private final AccessTokens tokens;
    private final Clock clock;
    private final Cache<String, Verified> verified =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    @Inject
    public VerifiedTokens(AccessTokens tokens, Clock clock) {
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * @param audience the canonical resource that was called
     * @throws org.mcpproxy.oauth.Rejection with a {@code TOKEN_…} reason
     */
    public AccessToken verify(Secret token, String audience) {
        String key = token.hash();
        Instant now = clock.instant();
        Verified known = verified.getIfPresent(key);
        if (known != null && known.holds(audience, now)) {
            return known.token();
        }
        AccessToken fresh = tokens.verify(token, audience);
        verified.put(key, Verified.of(fresh, now));
        return fresh;
    }

    private record Verified(AccessToken token, Instant believedUntil) {

        static Verified of(AccessToken token, Instant now) {
            Instant until = now.plus(BELIEVED);
            return new Verified(token, until.isBefore(token.expiresAt()) ? until : token.expiresAt());
        }

        boolean holds(String audience, Instant now) {
            return now.isBefore(believedUntil) && token.audience().equals(audience);
        }
    }
}
