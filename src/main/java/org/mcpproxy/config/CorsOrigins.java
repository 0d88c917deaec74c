package org.mcpproxy.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The browser origins that may read answers, and from which MCP requests are accepted.
 *
 * @param loopback whether every http origin on a loopback address may
 * @param exact further origins, exactly as browsers send them; {@code PUBLIC_URL}'s own is always among them
 */
public record CorsOrigins(boolean loopback, Set<String> exact) {

    private static final Pattern LOOPBACK_HOST =
            Pattern.compile("localhost|127(\\.(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)){3}|\\[::1]");

    /**
     * Whether this origin may. Compared whole, never by prefix: {@code http://localhost.evil.example} is not loopback.
     *
     * @param origin the value of one {@code Origin} header (RFC 6454 7)
     */
    public boolean allows(String origin) {
        return exact.contains(origin) || (loopback && isLoopback(origin));
    }

    private static boolean isLoopback(String origin) {
        try {
            URI uri = new URI(origin);
            return "http".equals(uri.getScheme())
                    && uri.getHost() != null
                    && LOOPBACK_HOST.matcher(uri.getHost()).matches()
                    && origin.equals("http://" + uri.getHost() + (uri.getPort() < 0 ? "" : ":" + uri.getPort()));
        } catch (URISyntaxException e) {
            return false;
        }
    }
}
