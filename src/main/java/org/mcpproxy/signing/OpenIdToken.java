package org.mcpproxy.signing;

import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Secret;

/**
 * What one of our ID tokens says (OpenID Connect Core 2).
 *
 * @param subject Okta's user id, as in the access token
 * @param clientId its audience
 * @param nonce as the client sent it; empty where it sent none, and after a refresh
 * @param authentication how the user signed on at Okta
 * @param accessToken that was issued with it
 */
public record OpenIdToken(
        String subject,
        String clientId,
        Optional<String> nonce,
        AuthenticationEvent authentication,
        Secret accessToken,
        Instant expiresAt) {}
