package org.mcpproxy.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A {@code client_id} that is the URL of the client's metadata document (draft-ietf-oauth-client-id-metadata-document,
 * Client Identifier).
 *
 * @param uri https, with a path; without user information, fragment and dot segments
 */
public record ClientIdUrl(URI uri) {

    /** In characters: it is kept with each grant. */
    static final int MAX_LENGTH = 500;

    private static final int HTTPS_PORT = 443;
    private static final int NO_PORT = -1;
    private static final Pattern ASCII = Pattern.compile("[!-~]+");
    private static final Pattern ANY_SCHEME = Pattern.compile("https?:.*", Pattern.CASE_INSENSITIVE);

    /** Whether it is meant as such a URL, be it acceptable or not. No id that this server gave looks so. */
    public static boolean isMeant(String clientId) {
        return ANY_SCHEME.matcher(clientId).matches();
    }

    /** Empty where it is not one. Documents are compared by their whole text, so it must be written in one way only. */
    public static Optional<ClientIdUrl> parse(String clientId) {
        if (clientId.length() > MAX_LENGTH || !ASCII.matcher(clientId).matches()) {
            return Optional.empty();
        }
        try {
            URI uri = new URI(clientId);
            return isAcceptable(uri) ? Optional.of(new ClientIdUrl(uri)) : Optional.empty();
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    public String host() {
        return uri.getHost();
    }

    public int port() {
        return uri.getPort() == NO_PORT ? HTTPS_PORT : uri.getPort();
    }

    /** The host, with the port where it is not the usual one. */
    public String authority() {
        return authority(host(), port());
    }

    static String authority(String host, int port) {
        return port == HTTPS_PORT ? host : host + ":" + port;
    }

    private static boolean isAcceptable(URI uri) {
        return "https".equals(uri.getScheme())
                && uri.getHost() != null
                && uri.getHost().equals(uri.getHost().toLowerCase(Locale.ROOT))
                && uri.getRawUserInfo() == null
                && uri.getRawFragment() == null
                && !uri.getRawAuthority().endsWith(":")
                && uri.getRawPath().startsWith("/")
                && Arrays.stream(uri.getRawPath().split("/")).noneMatch(ClientIdUrl::isDots);
    }

    private static boolean isDots(String segment) {
        String plain = segment.toLowerCase(Locale.ROOT).replace("%2e", ".");
        return plain.equals(".") || plain.equals("..");
    }
}
