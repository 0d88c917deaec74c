package org.mcpproxy.oauth;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;

/**
 * Resource indicators (RFC 8707 2), in the one form in which they are compared: scheme and host in lower case, no
 * default port, no trailing slash. Clients differ in all of these.
 */
public final class ResourceIndicator {

    private static final int MAX_LENGTH = 2048;

    private ResourceIndicator() {}

    /** The canonical form; empty where it is no absolute http(s) URI, or has a fragment, a query or user information. */
    public static Optional<String> canonical(String resource) {
        if (resource.length() > MAX_LENGTH) {
            return Optional.empty();
        }
        try {
            return Optional.of(new URI(resource))
                    .filter(ResourceIndicator::isPlain)
                    .map(ResourceIndicator::write);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isPlain(URI uri) {
        return uri.getHost() != null
                && ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
                && uri.getRawFragment() == null
                && uri.getRawQuery() == null
                && uri.getRawUserInfo() == null;
    }

    private static String write(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean standardPort = uri.getPort() == ("https".equals(scheme) ? 443 : 80);
        String port = uri.getPort() == -1 || standardPort ? "" : ":" + uri.getPort();
        String path = uri.getRawPath().endsWith("/")
                ? uri.getRawPath().substring(0, uri.getRawPath().length() - 1)
                : uri.getRawPath();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + port + path;
    }
}
