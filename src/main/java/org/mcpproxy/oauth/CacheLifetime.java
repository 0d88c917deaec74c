package org.mcpproxy.oauth;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * For how long an answer is kept, as its {@code Cache-Control} says (RFC 9111 5.2.2), within bounds.
 *
 * @param shortest even where it says not to keep it
 * @param otherwise where it says nothing
 */
public record CacheLifetime(Duration shortest, Duration longest, Duration otherwise) {

    private static final Pattern MAX_AGE = Pattern.compile("(?:^|[ ,])max-age=\"?(\\d{1,10})");
    private static final Pattern UNCACHED = Pattern.compile("no-store|no-cache");

    public Duration of(String cacheControl) {
        String directives = cacheControl.toLowerCase(Locale.ROOT);
        if (UNCACHED.matcher(directives).find()) {
            return shortest;
        }
        Matcher maxAge = MAX_AGE.matcher(directives);
        return maxAge.find() ? clamp(Duration.ofSeconds(Long.parseLong(maxAge.group(1)))) : otherwise;
    }

    private Duration clamp(Duration lifetime) {
        if (lifetime.compareTo(shortest) < 0) {
            return shortest;
        }
        return lifetime.compareTo(longest) > 0 ? longest : lifetime;
    }
}
