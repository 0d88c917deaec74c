package org.mcpproxy.upstream;

import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * Okta's tokens for one sign-on. They stay here.
 *
 * @param refreshToken absent where Okta issued none
 * @param idToken the newest ID token, the hint for Okta's end-session endpoint
 * @param possessionKey what they are bound to (RFC 9449); absent where the access token is a bearer token
 */
public record UpstreamTokens(
        Secret accessToken,
        Optional<Secret> refreshToken,
        Optional<Secret> idToken,
        Instant accessTokenExpiresAt,
        Optional<PossessionKey> possessionKey) {

    UpstreamTokens with(Secret newIdToken) {
        return new UpstreamTokens(
                accessToken, refreshToken, Optional.of(newIdToken), accessTokenExpiresAt, possessionKey);
    }
}
