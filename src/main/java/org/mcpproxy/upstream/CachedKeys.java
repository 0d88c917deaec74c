package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.JWKSet;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.oauth.CacheLifetime;

/** Keys, and until when they are fresh. */
record CachedKeys(JWKSet set, Instant freshUntil) {

    static final CachedKeys NONE = new CachedKeys(new JWKSet(), Instant.MIN);

    /** Against an issuer that says {@code no-cache}. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Against an issuer that says months (Okta does): a withdrawn key must stop being believed. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final CacheLifetime LIFETIME = new CacheLifetime(SHORTEST, LONGEST, LONGEST);

    static CachedKeys of(JWKSet set, String cacheControl, Instant now) {
        return new CachedKeys(set, now.plus(LIFETIME.of(cacheControl == null ? "" : cacheControl)));
    }

    boolean isFreshAt(Instant time) {
        return time.isBefore(freshUntil);
    }
}
