package org.mcpproxy.web;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which request headers a page may send. The names that MCP clients use are always among them; further {@code Mcp-}
 * headers are echoed, because the protocol lets servers name them ({@code Mcp-Param-*}), and tracing headers.
 */
final class PreflightHeaders {

    private static final List<String> ALWAYS = List.of(
            "authorization",
            "dpop",
            "content-type",
            "accept",
            "last-event-id",
            "mcp-session-id",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name");
    private static final Set<String> ON_REQUEST = Set.of("traceparent", "tracestate", "baggage", "cache-control");

    /** The names of {@code Mcp-Param-*} come from tools, and may have whatever a header's name may (RFC 9110 5.6.2). */
    private static final Pattern MCP_HEADER =
            Pattern.compile("mcp-(?:param-[!#$%&'*+.^_`|~a-z0-9-]{1,200}|[a-z0-9-]{1,60})");

    private static final int MOST_NAMES = 50;
    private static final int LONGEST = 2_000;

    private PreflightHeaders() {}

    /** @param requested the value of {@code Access-Control-Request-Headers}, or null */
    static String allowed(String requested) {
        return Stream.concat(ALWAYS.stream(), names(requested)).distinct().collect(Collectors.joining(", "));
    }

    private static Stream<String> names(String requested) {
        if (requested == null || requested.length() > LONGEST) {
            return Stream.empty();
        }
        return Arrays.stream(requested.toLowerCase(Locale.ROOT).split(","))
                .map(String::strip)
                .limit(MOST_NAMES)
                .filter(name ->
                        ON_REQUEST.contains(name) || MCP_HEADER.matcher(name).matches());
    }
}
