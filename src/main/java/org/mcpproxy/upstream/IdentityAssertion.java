package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.oauth.AuthenticationEvent;

/**
 * What an ID-JAG says that was found to be good: that this user's organization lets the client that brings it act for them
 * (draft-ietf-oauth-identity-assertion-authz-grant-03 3.1).
 *
 * @param resources where, as it writes them; one at least
 * @param scope what for; empty where it does not say
 * @param keyThumbprint of the key that whoever brings it must have ({@code cnf.jkt}); empty where it is bound to none
 * @param authentication how the user signed on at Okta
 * @param hash names it: the SHA-256 of its issuer, a blank and its {@code jti}
 * @param endsAt from when on it would be refused anyway
 */
public record IdentityAssertion(
        User user,
        List<String> resources,
        Optional<Scope> scope,
        Optional<String> keyThumbprint,
        AuthenticationEvent authentication,
        String hash,
        Instant endsAt) {

    public IdentityAssertion {
        resources = List.copyOf(resources);
    }
}
