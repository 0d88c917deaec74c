package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.JWKSet;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Keys, and until when they are fresh. */
record CachedKeys(JWKSet set, Instant freshUntil) {

    static final CachedKeys NONE = new CachedKeys(new JWKSet(), Instant.MIN);

    /** Against an issuer that says {@code no-cache}. */
    private static final Duration SHORTEST = Duration.ofMinutes(1);

    /** Against an issuer that says months (Okta does): a withdrawn key must stop being believed. */
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[ ,])max-age=\"?(\\d{1,10})");
    private static final Pattern UNCACHED = Pattern.compile("no-store|no-cache");

    static CachedKeys of(JWKSet set, String cacheControl, Instant now) {
        return new CachedKeys(set, now.plus(lifetime(cacheControl == null ? "" : cacheControl.toLowerCase())));
    }

    boolean isFreshAt(Instant time) {
        return time.isBefore(freshUntil);
    }

    private static Duration lifetime(String cacheControl) {
        if (UNCACHED.matcher(cacheControl).find()) {
            return SHORTEST;
        }
        Matcher maxAge = MAX_AGE.matcher(cacheControl);
        return maxAge.find() ? clamp(Duration.ofSeconds(Long.parseLong(maxAge.group(1)))) : LONGEST;
    }

    private static Duration clamp(Duration lifetime) {
        if (lifetime.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return lifetime.compareTo(LONGEST) > 0 ? LONGEST : lifetime;
    }
}
