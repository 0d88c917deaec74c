package org.mcpproxy.client;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Loopback;

/**
 * Which redirect URIs may be registered, and which request matches a registered one. The one judges whole
 * parts of a parsed URI, the other compares whole texts; neither looks for a prefix or a substring.
 */
public final class RedirectUris {

    private static final int MAX_LENGTH = 2048;
    private static final int HIGHEST_PORT = 65_535;

    /** What {@link URI#getPort} answers where there is none. */
    private static final int NO_PORT = -1;

    private static final int HTTPS_PORT = 443;

    /** What RFC 3986 2 writes URIs in: a header would turn any other character into another address. */
    private static final Pattern ASCII = Pattern.compile("[!-~]+");

    /** Whatever parses as http with a host, its port apart. */
    private static final Pattern HTTP =
            Pattern.compile("([Hh][Tt][Tt][Pp]://(?:\\[[^]]*]|[^\\[\\]:/?#]*))(?::(\\d{1,5}))?([/?#].*)?");

    private static final Set<String> NEVER =
            Set.of("javascript", "data", "file", "vbscript", "blob", "about", "http", "https");

    private final Set<String> privateSchemes;

    /** @param privateSchemes those without a dot that may register, lower case */
    public RedirectUris(Set<String> privateSchemes) {
        this.privateSchemes = Set.copyOf(privateSchemes);
    }

    /**
     * Whether it may be registered: https, http on a loopback address (RFC 8252 7.3), or a private-use scheme that has
     * a dot in it (RFC 8252 7.1) or is configured; always without fragment (RFC 6749 3.1.2) and user information.
     */
    public boolean acceptable(String redirectUri) {
        return parse(redirectUri)
                .filter(uri -> uri.getRawFragment() == null && uri.getRawUserInfo() == null)
                .filter(uri -> !uri.isOpaque() && hasAcceptablePort(uri))
                .filter(this::hasAcceptableTarget)
                .isPresent();
    }

    /** None, or one that a client could listen on; a colon without digits is neither. */
    private static boolean hasAcceptablePort(URI uri) {
        return uri.getPort() == NO_PORT
                ? uri.getRawAuthority() == null || !uri.getRawAuthority().endsWith(":")
                : isPort(uri.getPort());
    }

    private static boolean isPort(int port) {
        return port >= 1 && port <= HIGHEST_PORT;
    }

    private boolean hasAcceptableTarget(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "https" -> uri.getHost() != null;
            case "http" -> Loopback.isLoopback(uri.getHost());
            default ->
                !NEVER.contains(scheme)
                        && (scheme.contains(".") || privateSchemes.contains(scheme))
                        && !hasUserInformation(uri);
        };
    }

    /** An authority that {@link URI} cannot split, such as {@code cursor://a@b_c}, still must not hide user information. */
    private static boolean hasUserInformation(URI uri) {
        return uri.getRawAuthority() != null && uri.getRawAuthority().contains("@");
    }

    /**
     * Whether the requested URI is the registered one: equal character for character, but for the port of an http
     * loopback URI, which the operating system chooses when the client starts (OAuth 2.1 8.4.2). The texts are compared:
     * to {@link URI#equals}, other letters may be the same, and it is the requested text that is sent on.
     */
    public static boolean matches(String registered, String requested) {
        return registered.equals(requested)
                || (isLoopback(registered)
                        && isLoopback(requested)
                        && withoutPort(registered)
                                .filter(rest -> withoutPort(requested)
                                        .filter(rest::equals)
                                        .isPresent())
                                .isPresent());
    }

    /** Whether it is http on a loopback address, so that any program of that machine may be behind it (RFC 8252 8.6). */
    public static boolean isLoopback(String redirectUri) {
        return parse(redirectUri)
                .filter(uri -> "http".equalsIgnoreCase(uri.getScheme()))
                .filter(uri -> uri.getRawFragment() == null && uri.getRawUserInfo() == null)
                .filter(uri -> Loopback.isLoopback(uri.getHost()))
                .isPresent();
    }

    /** As {@link #isLoopback}, or https there: whoever listens is a program of that machine. */
    public static boolean isOnThisMachine(String redirectUri) {
        return isLoopback(redirectUri)
                || parse(redirectUri)
                        .filter(uri -> "https".equalsIgnoreCase(uri.getScheme()))
                        .filter(uri -> Loopback.isLoopback(uri.getHost()))
                        .isPresent();
    }

    /** Whether it is https on another machine, so that the browser and DNS vouch for who receives the answer. */
    public static boolean isHttps(String redirectUri) {
        return parse(redirectUri)
                .filter(uri -> "https".equalsIgnoreCase(uri.getScheme()))
                .filter(uri -> !Loopback.isLoopback(uri.getHost()))
                .isPresent();
    }

    /**
     * Whom a redirect URI leads to, for a person to judge: the host, with the port where it is not the scheme's own, or
     * the scheme where a program opens it. A loopback port tells nothing: it is another one each time.
     */
    public static String destination(String redirectUri) {
        return parse(redirectUri)
                .map(uri -> isWeb(uri) ? uri.getHost() + port(uri) : uri.getScheme() + "://")
                .orElse("");
    }

    private static String port(URI uri) {
        boolean told = uri.getPort() == NO_PORT || uri.getPort() == HTTPS_PORT || Loopback.isLoopback(uri.getHost());
        return told ? "" : ":" + uri.getPort();
    }

    /** By the whole scheme: the host in {@code https.evil://bank.example} is a word that a program of that machine made up. */
    private static boolean isWeb(URI uri) {
        return uri.getHost() != null
                && ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()));
    }

    /** What stands before and after the port; empty where the port is not one. */
    private static Optional<List<String>> withoutPort(String redirectUri) {
        Matcher http = HTTP.matcher(redirectUri);
        if (!http.matches() || (http.group(2) != null && !isPort(Integer.parseInt(http.group(2))))) {
            return Optional.empty();
        }
        return Optional.of(
                List.of(http.group(1), Optional.ofNullable(http.group(3)).orElse("")));
    }

    static Optional<URI> parse(String redirectUri) {
        if (redirectUri == null
                || redirectUri.length() > MAX_LENGTH
                || !ASCII.matcher(redirectUri).matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new URI(redirectUri)).filter(URI::isAbsolute);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }
}
