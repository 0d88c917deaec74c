package org.mcpproxy.config;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * The one Okta application, and the issuer that it belongs to.
 *
 * @param issuer a custom authorization server, the org itself, or any other OpenID Connect issuer; no trailing slash
 * @param orgServer whether the issuer is an org authorization server, whose access tokens are opaque to us
 * @param credential how we authenticate at the issuer's endpoints
 * @param scopes what is asked of Okta, never of our clients
 * @param audience set: access tokens of this audience are accepted at {@code /okta/mcp}
 * @param crossAppAccess whether the org's ID-JAGs are taken for tokens of ours
 * @param pushedRequests whether authorization requests are pushed (RFC 9126) to an issuer that offers it
 * @param boundTokens whether Okta's tokens are bound to a key of ours (DPoP, RFC 9449), and no others taken
 */
public record OktaSettings(
        URI issuer,
        boolean orgServer,
        String clientId,
        Credential credential,
        Scope scopes,
        String groupsClaim,
        String scopeClaim,
        String clientClaim,
        Optional<String> audience,
        boolean crossAppAccess,
        boolean pushedRequests,
        boolean boundTokens) {

    /** How we authenticate at Okta. */
    public sealed interface Credential {

        /** {@code client_secret_basic}. */
        record ClientSecret(Secret secret) implements Credential {}

        /** {@code private_key_jwt} (OpenID Connect Core 9). */
        record PrivateKey(JWK key) implements Credential {
            @Override
            public String toString() {
                return "[private key]";
            }
        }
    }
}
