package org.mcpproxy.config;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Loopback;

/**
 * The browser origins that may read answers.
 *
 * @param loopback whether every http origin on a loopback address may
 * @param exact further origins, exactly as browsers send them; {@code PUBLIC_URL}'s own is always among them
 */
public record CorsOrigins(boolean loopback, Set<String> exact) {

    /** Whole and exact: {@code http://localhost.evil.example} begins like an origin on this machine. */
    private static final Pattern HTTP_ORIGIN =
            Pattern.compile("http://([a-z0-9.-]{1,253}|\\[[0-9a-f:]{2,45}\\])(:[0-9]{1,5})?");

    public CorsOrigins {
        exact = Set.copyOf(exact);
    }

    /** These, and one more. */
    CorsOrigins with(String origin) {
        return new CorsOrigins(
                loopback, Stream.concat(exact.stream(), Stream.of(origin)).collect(Collectors.toSet()));
    }

    /**
     * Whether a browser page of this origin may read answers, and send MCP requests.
     *
     * @param origin as the {@code Origin} header has it (RFC 6454 7)
     */
    public boolean allow(String origin) {
        return exact.contains(origin) || loopback && isHttpOnLoopback(origin);
    }

    private static boolean isHttpOnLoopback(String origin) {
        Matcher http = HTTP_ORIGIN.matcher(origin);
        return http.matches() && Loopback.isLoopback(http.group(1));
    }
}
