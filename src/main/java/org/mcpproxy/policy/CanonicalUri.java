package org.mcpproxy.policy;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Of a resource: as {@link CanonicalName}, and percent-decoded. {@code file:///public/../secret} is held to the rules of
 * {@code file:///secret}.
 */
public final class CanonicalUri {

    private CanonicalUri() {}

    /**
     * Of the path of an HTTP address, as the most lenient of servers finds what is there: without parameters of segments, a
     * query, or a slash at the end.
     */
    public static String ofPath(String path) {
        String plain = plain(path);
        String found = path(plain.substring(0, endOfPath(plain, 0)).replaceAll(";[^/]*", ""), 1);
        return found.endsWith("/") ? found.substring(0, found.length() - 1) : found;
    }

    /** Of a rule: its own query and fragment are no path (RFC 3986 3.3). */
    static String ofRule(String uri) {
        String text = UriAuthority.normalized(plain(uri));
        int end = endOfPath(text, 0);
        return path(text.substring(0, end), 1) + text.substring(end);
    }

    /** Of a rule, where a backend takes all of it for a path. */
    static String uncut(String uri) {
        return path(UriAuthority.normalized(plain(uri)), 1);
    }

    /** Of a rule, whose pattern may stand where a user or a port would. */
    static String withItsAuthority(String uri) {
        return path(plain(uri), 1);
    }

    /** Decoded, in small letters, with slashes for backslashes. */
    static String plain(String uri) {
        return CanonicalName.of(PercentEncoding.decoded(uri)).replace('\\', '/');
    }

    /** Where the next query or fragment begins, or else the text ends. */
    static int endOfPath(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) != '?' && text.charAt(at) != '#') {
            at++;
        }
        return at;
    }

    /**
     * With one {@code /} for each run of slashes, without dot segments; a slash at the end stays.
     *
     * @param roots how many segments no {@code ..} leaves: the scheme, and the host too
     */
    static String path(String uri, int roots) {
        Deque<String> segments = new ArrayDeque<>();
        boolean folder = false;
        for (String segment : uri.split("/", -1)) {
            folder = segment.isEmpty() || segment.equals(".") || segment.equals("..");
            if (segment.equals("..") && segments.size() > roots) {
                segments.removeLast();
            } else if (!folder || (segment.isEmpty() && segments.isEmpty())) {
                segments.addLast(segment);
            }
        }
        return String.join("/", segments) + (folder && uri.indexOf('/') >= 0 ? "/" : "");
    }
}
