package org.mcpproxy.oauth;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the access token in a request: in the one {@code Authorization} header, or in a form that is told (RFC 6750 2). One that
 * is bound to a key has a scheme of its own there (RFC 9449 7.1).
 */
public final class PresentedToken {

    /** The longest {@code Authorization} header that is read, in characters. */
    public static final int LONGEST_CREDENTIAL = 8_192;

    private static final String BEARER = "Bearer";
    private static final String DPOP = "DPoP";
    private static final String PARAMETER = "access_token";
    private static final String SIGNS = "._~+/-";

    private PresentedToken() {}

    /**
     * Of an endpoint that takes bearer tokens alone.
     *
     * @param query the raw query string, or null
     * @throws Rejection where there is no token, more than one, or one in the query string, which logs and histories
     *     would keep
     */
    public static Secret find(List<String> authorizations, String query) {
        return find(authorizations, query, BEARER);
    }

    /** As above, of an endpoint that takes bound tokens too. */
    public static Sent findOfEither(List<String> authorizations, String query) {
        boolean proven = isOfProof(authorizations);
        return new Sent(find(authorizations, query, proven ? DPOP : BEARER), proven);
    }

    /**
     * As above, for an endpoint that takes it in a form too (RFC 6750 2.2): in one of the two, never in both.
     *
     * @param query the raw query string, or null
     */
    public static Sent findOfEither(List<String> authorizations, String query, Parameters form) {
        if (form.find(PARAMETER).isEmpty() || inQuery(query)) {
            return findOfEither(authorizations, query);
        }
        if (!authorizations.isEmpty()) {
            throw Rejection.of(Reason.TOKEN_SENT_TWICE);
        }
        String token = form.get(PARAMETER, Reason.TOKEN_MISSING);
        return new Sent(token(token, token.length()), false);
    }

    /** Whether a request presents a token together with a proof of possession. */
    public static boolean isOfProof(List<String> authorizations) {
        return authorizations.size() == 1 && startsWith(authorizations.get(0), DPOP);
    }

    private static Secret find(List<String> authorizations, String query, String scheme) {
        if (inQuery(query)) {
            throw Rejection.of(Reason.TOKEN_IN_QUERY);
        }
        if (authorizations.size() > 1) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        if (authorizations.isEmpty() || !startsWith(authorizations.get(0), scheme)) {
            throw Rejection.of(Reason.TOKEN_MISSING);
        }
        String authorization = authorizations.get(0);
        return token(authorization.substring(scheme.length()), authorization.length());
    }

    private static boolean startsWith(String authorization, String scheme) {
        int length = scheme.length();
        return authorization.regionMatches(true, 0, scheme, 0, length)
                && (authorization.length() == length || authorization.charAt(length) == ' ');
    }

    private static Secret token(String sent, int length) {
        String token = withoutBlanks(sent);
        if (length > LONGEST_CREDENTIAL || !isToken68(token)) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        return new Secret(token);
    }

    private static String withoutBlanks(String text) {
        int begin = 0;
        int end = text.length();
        while (begin < end && text.charAt(begin) == ' ') {
            begin++;
        }
        while (end > begin && text.charAt(end - 1) == ' ') {
            end--;
        }
        return text.substring(begin, end);
    }

    /** RFC 9110 11.2. Without a regular expression, which took longer than all else that is done for a known token. */
    private static boolean isToken68(String text) {
        int end = text.length();
        while (end > 0 && text.charAt(end - 1) == '=') {
            end--;
        }
        for (int i = 0; i < end; i++) {
            char sign = text.charAt(i);
            if (!Ascii.isLetterOrDigit(sign) && SIGNS.indexOf(sign) < 0) {
                return false;
            }
        }
        return end > 0;
    }

    /** The name may be percent-encoded, so it is decoded before it is compared. */
    private static boolean inQuery(String query) {
        return query != null
                && Arrays.stream(query.split("[&;]"))
                        .map(pair -> pair.split("=", 2)[0])
                        .anyMatch(name -> PARAMETER.equalsIgnoreCase(decoded(name)));
    }

    private static String decoded(String name) {
        try {
            return URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return name;
        }
    }

    /**
     * A token, and how it was sent.
     *
     * @param proven by the scheme {@code DPoP}, which wants a proof beside it; else by {@code Bearer}, or in a form
     */
    public record Sent(Secret token, boolean proven) {}
}
