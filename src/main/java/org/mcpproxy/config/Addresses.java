package org.mcpproxy.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.mcpproxy.oauth.Loopback;

/** The rules for the URLs among the settings. */
final class Addresses {

    private Addresses() {}

    /** An https URL, or an http one of this machine, without query and fragment; a trailing slash is taken off. */
    static URI issuer(String text) throws BadSetting {
        URI url = web(text);
        if (url.getRawQuery() != null) {
            throw new BadSetting("must be a URL without a query, such as https://your-org.okta.com/oauth2/default.");
        }
        return requireProtected(withoutTrailingSlash(url));
    }

    /** Scheme, host and port alone; http too, on a network of nodes. */
    static URI node(String text) throws BadSetting {
        return requireOrigin(withoutTrailingSlash(web(text)));
    }

    /** As {@link #issuer}, and without a path. */
    static URI origin(String text) throws BadSetting {
        return requireProtected(requireOrigin(withoutTrailingSlash(web(text))));
    }

    private static URI requireOrigin(URI url) throws BadSetting {
        if (!url.getRawPath().isEmpty() || url.getRawQuery() != null) {
            throw new BadSetting("must be scheme, host and port alone, without path or query, such as https://"
                    + url.getRawAuthority() + ".");
        }
        return url;
    }

    /** Any http or https URL without fragment: a backend may well be on a private network. */
    static URI web(String text) throws BadSetting {
        URI url = parse(text);
        String scheme = url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("https") && !scheme.equals("http") || url.getHost() == null) {
            throw new BadSetting("must be a URL that begins with https:// (or http://) and a host name.");
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            throw new BadSetting("must be a URL without user information and without a fragment (#).");
        }
        return normalized(url, scheme);
    }

    private static URI requireProtected(URI url) throws BadSetting {
        if (url.getScheme().equals("http") && !Loopback.isLoopback(url.getHost())) {
            throw new BadSetting("must begin with https://; http:// is for localhost only.");
        }
        return url;
    }

    private static URI parse(String text) throws BadSetting {
        try {
            return new URI(text);
        } catch (URISyntaxException e) {
            throw new BadSetting("is not a URL.");
        }
    }

    /** Scheme and host in lower case, and no port where it is the scheme's own: as clients and browsers write it. */
    private static URI normalized(URI url, String scheme) {
        int port = url.getPort() == (scheme.equals("https") ? 443 : 80) ? -1 : url.getPort();
        return URI.create(scheme + "://" + url.getHost().toLowerCase(Locale.ROOT) + (port < 0 ? "" : ":" + port)
                + url.getRawPath() + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery()));
    }

    private static URI withoutTrailingSlash(URI url) {
        String text = url.toString();
        return text.endsWith("/") ? URI.create(text.substring(0, text.length() - 1)) : url;
    }
}
