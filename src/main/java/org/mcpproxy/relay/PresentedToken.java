package org.mcpproxy.relay;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Finds the access token in a request (RFC 6750 2.1): in the one {@code Authorization} header, and nowhere else. */
final class PresentedToken {

    private static final String QUERY_PARAMETER = "access_token";
    private static final int LONGEST = 8192;
    private static final Pattern BEARER = Pattern.compile("Bearer +([A-Za-z0-9._~+/-]+=*) *", Pattern.CASE_INSENSITIVE);

    private PresentedToken() {}

    /**
     * @param query the raw query string, or null
     * @throws Rejection where there is no token, more than one, or one in the query string, which logs and histories
     *     would keep
     */
    static Secret find(List<String> authorizations, String query) {
        if (inQuery(query)) {
            throw Rejection.of(Reason.TOKEN_IN_QUERY);
        }
        if (authorizations.size() > 1) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        if (authorizations.isEmpty() || !startsWithBearer(authorizations.get(0))) {
            throw Rejection.of(Reason.TOKEN_MISSING);
        }
        return token(authorizations.get(0));
    }

    private static boolean startsWithBearer(String authorization) {
        return authorization.regionMatches(true, 0, "Bearer", 0, 6)
                && (authorization.length() == 6 || authorization.charAt(6) == ' ');
    }

    private static Secret token(String authorization) {
        if (authorization.length() > LONGEST) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        Matcher matcher = BEARER.matcher(authorization);
        if (!matcher.matches()) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        return new Secret(matcher.group(1));
    }

    /** The name may be percent-encoded, so it is decoded before it is compared. */
    private static boolean inQuery(String query) {
        return query != null
                && Arrays.stream(query.split("[&;]"))
                        .map(pair -> pair.split("=", 2)[0])
                        .anyMatch(name -> QUERY_PARAMETER.equalsIgnoreCase(decoded(name)));
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }
}
