package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.AuthenticationEvent;

/**
 * What a verified access token of an Okta custom authorization server says.
 *
 * @param user Okta's user id ({@code uid}); empty where a service calls on its own behalf. Not {@code sub}, which in these
 *     tokens is the login: it can change, and can be given to another
 * @param client the OAuth client, and the name of a service
 * @param groups empty where the token names none
 * @param expiresAt from when on it is taken no more: two minutes after what it says, as clocks differ
 * @param authentication how the user signed on
 */
public record OktaAccessToken(
        Optional<String> user,
        String client,
        Scope scope,
        Set<String> groups,
        Instant expiresAt,
        AuthenticationEvent authentication) {

    public OktaAccessToken {
        groups = Set.copyOf(groups);
    }
}
