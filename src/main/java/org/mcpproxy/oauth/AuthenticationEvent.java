package org.mcpproxy.oauth;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * When and how a person authenticated, as Okta says (RFC 9068 2.2.1). It is that of the sign-on, whatever is refreshed
 * afterwards.
 *
 * @param time {@code auth_time}, to the second; empty where Okta does not say
 * @param contextClass {@code acr}; empty where Okta says none, or one that no list of them could name
 */
public record AuthenticationEvent(Optional<Instant> time, Optional<String> contextClass) {

    /** Of which nothing is known. */
    public static final AuthenticationEvent UNKNOWN = new AuthenticationEvent(Optional.empty(), Optional.empty());

    /** Of one context class. Lists separate them by blanks, in a quoted string (RFC 9470 3). */
    public static final Pattern CONTEXT_CLASS = Pattern.compile("[!#-\\[\\]-~]{1,200}");

    private static final String TIME = "auth_time";
    private static final String CONTEXT = "acr";

    /** The year 9999, in seconds. */
    private static final long END_OF_TIME = 253_370_764_800L;

    public AuthenticationEvent {
        contextClass = contextClass.filter(name -> CONTEXT_CLASS.matcher(name).matches());
    }

    /** What the claims of a token say; what they say in another way than they should, they do not say. */
    public static AuthenticationEvent of(Map<String, Object> claims) {
        return new AuthenticationEvent(
                claims.get(TIME) instanceof Number seconds ? time(seconds.longValue()) : Optional.empty(),
                claims.get(CONTEXT) instanceof String name ? Optional.of(name) : Optional.empty());
    }

    private static Optional<Instant> time(long seconds) {
        return seconds >= 0 && seconds < END_OF_TIME ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
    }

    /** As tokens and introspection say it (RFC 9470 6): what is known, by the names of the claims. */
    public Map<String, Object> claims() {
        Map<String, Object> claims = new LinkedHashMap<>();
        time.ifPresent(known -> claims.put(TIME, known.getEpochSecond()));
        contextClass.ifPresent(known -> claims.put(CONTEXT, known));
        return claims;
    }
}
