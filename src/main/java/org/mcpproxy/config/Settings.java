package org.mcpproxy.config;

import java.net.URI;
import java.util.Set;

/**
 * All settings, as checked at the start.
 *
 * @param publicUrl how clients reach this server, without a path or trailing slash; the issuer
 * @param allowedHosts further {@code Host} values that are answered, lower case, with the port where it is not the
 *     scheme's own
 * @param redirectSchemes private-use redirect schemes without a dot that may register, lower case
 * @param backend the MCP server behind
 * @param secretKey what all encryption at rest is derived from
 * @param listenPort the port that this server listens on
 */
public record Settings(
        URI publicUrl,
        int listenPort,
        Set<String> allowedHosts,
        Set<String> redirectSchemes,
        CorsOrigins corsOrigins,
        OktaSettings okta,
        Backend backend,
        SecretKeyMaterial secretKey,
        Lifetimes lifetimes,
        AddressLimits addressLimits,
        RelayLimits relayLimits) {

    /** The issuer of our tokens (RFC 8414 2): {@code PUBLIC_URL}, character for character. */
    public String issuer() {
        return publicUrl.toString();
    }

    /** The MCP endpoint that takes our own tokens: the one resource we protect, and their audience. */
    public URI mcpResource() {
        return at("/mcp");
    }

    /** The MCP endpoint that takes Okta's own access tokens. */
    public URI oktaMcpResource() {
        return at("/okta/mcp");
    }

    /** @param path begins with a slash */
    public URI at(String path) {
        return URI.create(publicUrl + path);
    }

    /** Whether clients reach this server over TLS, so that cookies are {@code Secure} and have the {@code __Host-} prefix. */
    public boolean secure() {
        return "https".equals(publicUrl.getScheme());
    }
}
