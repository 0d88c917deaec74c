package org.mcpproxy.relay;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Which headers go on to the backend, and which come back: those that MCP and its clients have a use for, and no other.
 * A list of what may not pass would never be complete (docs/decisions/0012).
 */
final class ForwardedHeaders {

    private static final Set<String> TO_BACKEND = Set.of(
            "accept",
            "accept-language",
            "baggage",
            "cache-control",
            "content-language",
            "content-type",
            "last-event-id",
            "traceparent",
            "tracestate",
            "user-agent");

    private static final Set<String> TO_CLIENT = Set.of(
            "allow",
            "cache-control",
            // We ask for none, but who encodes all the same must say so.
            "content-encoding",
            "content-language",
            "content-type",
            "etag",
            "expires",
            "last-modified",
            "retry-after");

    /**
     * MCP's own, whatever they are called (MCP 2026-07-28, Standard Headers). No other sign than the hyphen: CGI and WSGI
     * backends cannot tell {@code Mcp_Session_Id} from {@code Mcp-Session-Id}, and our rules see the latter alone. The
     * names of tools' parameters may have an underscore.
     */
    private static final Pattern MCP = Pattern.compile("mcp-(param-.+|[a-z0-9-]+)");

    /** What a session of the older revisions needs. */
    private static final Set<String> SESSION = Set.of("mcp-session-id", "last-event-id");

    private ForwardedHeaders() {}

    /**
     * @param era a modern request has no session and resumes nothing, whatever headers it brings
     * @param more further names that pass, lower case
     * @param credential of ours, which no header of a client may look like
     */
    static List<Header> toBackend(List<Header> headers, Era era, Set<String> more, Optional<Header> credential) {
        Set<String> named = namedByConnection(headers);
        credential.map(ForwardedHeaders::lowerCase).ifPresent(named::add);
        return Stream.concat(
                        headers.stream().filter(header -> {
                            String name = lowerCase(header);
                            return (passes(TO_BACKEND, name) || more.contains(name))
                                    && !named.contains(name)
                                    && !isOfNoUse(name, era);
                        }),
                        // A compressed stream would reach us in lumps.
                        Stream.concat(Stream.of(new Header("Accept-Encoding", "identity")), credential.stream()))
                .toList();
    }

    /** @param era of the request that is answered: a modern one opens no session, whatever headers its answer brings */
    static List<Header> toClient(List<Header> headers, Era era) {
        Set<String> named = namedByConnection(headers);
        return headers.stream()
                .filter(header -> {
                    String name = lowerCase(header);
                    return passes(TO_CLIENT, name) && !named.contains(name) && !isOfNoUse(name, era);
                })
                .toList();
    }

    private static boolean passes(Set<String> names, String name) {
        return names.contains(name) || MCP.matcher(name).matches();
    }

    private static boolean isOfNoUse(String name, Era era) {
        return era == Era.MODERN && SESSION.contains(name);
    }

    /** RFC 9110 7.6.1: these end at this hop. */
    private static Set<String> namedByConnection(List<Header> headers) {
        Set<String> named = new HashSet<>();
        for (String value : Header.values(headers, "Connection")) {
            for (String name : value.split(",")) {
                named.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        return named;
    }

    private static String lowerCase(Header header) {
        return header.name().toLowerCase(Locale.ROOT);
    }
}
