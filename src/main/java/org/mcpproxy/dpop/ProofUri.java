package org.mcpproxy.dpop;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.Ascii;

/**
 * The address of a request in the one form in which {@code htu} is compared (RFC 9449 4.3): without query and fragment,
 * normalized as RFC 3986 6.2.2 and 6.2.3 have it.
 */
final class ProofUri {

    private static final Pattern ENCODED = Pattern.compile("%([0-9A-Fa-f]{2})");
    private static final String UNRESERVED_SIGNS = "-._~";

    private ProofUri() {}

    /** Empty where it is no absolute http(s) URI, or has user information, or two slashes in its path, as no address here has. */
    static Optional<String> normalized(String text) {
        try {
            return Optional.of(new URI(text)).filter(ProofUri::isOfRequest).map(ProofUri::normalized);
        } catch (URISyntaxException e) {
            return Optional.empty();
        }
    }

    private static boolean isOfRequest(URI uri) {
        return uri.getHost() != null
                && ("https".equalsIgnoreCase(uri.getScheme()) || "http".equalsIgnoreCase(uri.getScheme()))
                && uri.getRawUserInfo() == null
                && !uri.getRawPath().contains("//");
    }

    static String normalized(URI uri) {
        String scheme = uri.getScheme().toLowerCase(Locale.ROOT);
        boolean standardPort = uri.getPort() == -1 || uri.getPort() == ("https".equals(scheme) ? 443 : 80);
        String path = URI.create(decoded(uri.getRawPath())).normalize().getRawPath();
        return scheme + "://" + uri.getHost().toLowerCase(Locale.ROOT) + (standardPort ? "" : ":" + uri.getPort())
                + (path.isEmpty() ? "/" : path);
    }

    /** What need not have been encoded; the digits of all else in upper case. */
    private static String decoded(String path) {
        return ENCODED.matcher(path)
                .replaceAll(match ->
                        Matcher.quoteReplacement(decoded((char) Integer.parseInt(match.group(1), 16), match.group())));
    }

    private static String decoded(char sign, String encoded) {
        boolean unreserved = Ascii.isLetterOrDigit(sign) || UNRESERVED_SIGNS.indexOf(sign) >= 0;
        return unreserved ? String.valueOf(sign) : encoded.toUpperCase(Locale.ROOT);
    }
}
