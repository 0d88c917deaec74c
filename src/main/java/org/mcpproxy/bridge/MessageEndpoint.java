package org.mcpproxy.bridge;

import java.net.URI;
import java.net.URISyntaxException;

/** Where messages are posted to, as a server names it in its first event (MCP 2024-11-05, HTTP with SSE). */
final class MessageEndpoint {

    private MessageEndpoint() {}

    /**
     * @param stream the URL of the event stream
     * @param named absolute, or relative to it (RFC 3986 5.2)
     * @throws BadLineException where it is of another origin (RFC 6454 4): it would be sent its callers' credentials, and
     *     could be inside a network that the server itself does not reach
     */
    static URI of(URI stream, String named) {
        try {
            URI endpoint = resolved(stream, new URI(named));
            if (isSameOrigin(stream, endpoint)
                    && endpoint.getRawUserInfo() == null
                    && endpoint.getRawFragment() == null) {
                return endpoint;
            }
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new BadLineException("an endpoint that is no URL");
        }
        throw new BadLineException("an endpoint that is not of its own origin");
    }

    /** {@link URI#resolve} takes the last part of the path away where there is a query alone. */
    private static URI resolved(URI stream, URI named) {
        boolean queryAlone = !named.isAbsolute()
                && named.getRawAuthority() == null
                && named.getRawPath().isEmpty()
                && named.getRawQuery() != null;
        return queryAlone ? stream.resolve(stream.getRawPath() + "?" + named.getRawQuery()) : stream.resolve(named);
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI url) {
        if (url.getPort() >= 0) {
            return url.getPort();
        }
        return url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    }
}
