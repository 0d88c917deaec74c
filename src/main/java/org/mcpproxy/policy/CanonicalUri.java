package org.mcpproxy.policy;

import java.util.regex.Pattern;

/**
 * Of a resource: as {@link CanonicalName}, and percent-decoded. {@code file:///public//%73ecret} is held to the rules of
 * {@code file:///public/secret}.
 */
public final class CanonicalUri {

    private static final Pattern UP = Pattern.compile("(^|[/:])\\.\\.(?=[;/?#]|$)");

    private CanonicalUri() {}

    /**
     * Of the path of an HTTP address, as the most lenient of servers finds what is there: without parameters of segments, a
     * query, or a slash at the end.
     */
    public static String ofPath(String path) {
        String plain = plain(path);
        String found = path(withoutParameters(plain.substring(0, endOfPath(plain, 0))));
        return found.endsWith("/") ? found.substring(0, found.length() - 1) : found;
    }

    /** As some servers look for it, who take no parameters of segments for a part of the name (RFC 3986 3.3). */
    static String withoutParameters(String uri) {
        return uri.replaceAll(";[^/?#]*", "");
    }

    /**
     * Whether nobody can say what a backend finds there. Where a {@code ..} leads depends on what it takes for a segment, and
     * for the root.
     */
    static boolean isDoubtful(String decoded, String plain) {
        return UP.matcher(plain).find()
                || PercentEncoding.isLeft(decoded)
                || PercentEncoding.isLeft(CanonicalName.compatible(decoded));
    }

    /** Of a rule: its own query and fragment are no path (RFC 3986 3.3). */
    static String ofRule(String uri) {
        String text = UriAuthority.normalized(plain(uri));
        int end = endOfPath(text, 0);
        return path(text.substring(0, end)) + text.substring(end);
    }

    /** Of a rule, where a backend takes all of it for a path. */
    static String uncut(String uri) {
        return path(UriAuthority.normalized(plain(uri)));
    }

    /** Of a rule, whose pattern may stand where a user or a port would. */
    static String withItsAuthority(String uri) {
        return path(plain(uri));
    }

    /** Decoded, in small letters, with slashes for backslashes. */
    static String plain(String uri) {
        return slashed(PercentEncoding.decoded(uri));
    }

    /** As {@link #plain}, for one who takes them off before each decoding. */
    static String plainWithoutParameters(String uri) {
        return slashed(PercentEncoding.decoded(uri, CanonicalUri::withoutParameters));
    }

    /** An ideographic full stop is a dot in a host's name. */
    private static String slashed(String decoded) {
        return CanonicalName.of(decoded).replace('\\', '/').replace('\u3002', '.');
    }

    /** Where the next query or fragment begins, or else the text ends. */
    static int endOfPath(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) != '?' && text.charAt(at) != '#') {
            at++;
        }
        return at;
    }

    /** With one {@code /} for each run of slashes, without dot segments; a slash at the end stays. */
    static String path(String uri) {
        StringBuilder path = new StringBuilder(uri.length());
        int segments = 0;
        boolean folder = false;
        for (int from = 0, to; from <= uri.length(); from = to + 1) {
            to = endOfSegment(uri, from);
            boolean up = to == from + 2 && uri.startsWith("..", from);
            folder = up || to == from || (to == from + 1 && uri.charAt(from) == '.');
            if (up && segments > 1) {
                path.setLength(path.lastIndexOf("/"));
                segments--;
            } else if (!folder || (to == from && segments == 0)) {
                path.append(segments == 0 ? "" : "/").append(uri, from, to);
                segments++;
            }
        }
        return path.append(folder && uri.indexOf('/') >= 0 ? "/" : "").toString();
    }

    private static int endOfSegment(String uri, int from) {
        int end = uri.indexOf('/', from);
        return end < 0 ? uri.length() : end;
    }
}
