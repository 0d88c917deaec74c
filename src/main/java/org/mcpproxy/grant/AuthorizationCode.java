package org.mcpproxy.grant;

import java.time.Instant;
import java.util.Optional;

/**
 * An authorization code, as it is kept: by the hash of its value, bound to client, redirect URI, PKCE challenge and,
 * through its grant, to user, scope and resource (OAuth 2.1 4.1.3).
 *
 * @param codeChallenge S256 (RFC 7636 4.2)
 * @param nonce for the ID token, where the client asked for one and sent it (OpenID Connect Core 3.1.2.1)
 * @param keyThumbprint of the key whose holder alone may redeem it, where the client named one (RFC 9449 10)
 * @param consumed whether it was used; it is then kept for longer, to know a replay
 */
public record AuthorizationCode(
        String hash,
        String grantId,
        String clientId,
        String redirectUri,
        String codeChallenge,
        Optional<String> nonce,
        Optional<String> keyThumbprint,
        Instant expiresAt,
        boolean consumed) {}
