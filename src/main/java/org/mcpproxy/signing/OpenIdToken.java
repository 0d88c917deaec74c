package org.mcpproxy.signing;

import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * What one of our ID tokens says (OpenID Connect Core 2).
 *
 * @param subject Okta's user id, as in the access token
 * @param clientId its audience
 * @param nonce as the client sent it; empty where it sent none, and after a refresh
 * @param authenticatedAt when the user authenticated at Okta; empty where Okta does not say
 * @param accessToken that was issued with it
 */
public record OpenIdToken(
        String subject,
        String clientId,
        Optional<String> nonce,
        Optional<Instant> authenticatedAt,
        Secret accessToken,
        Instant expiresAt) {}
