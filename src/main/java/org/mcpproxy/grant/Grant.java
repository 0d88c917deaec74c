package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.upstream.User;

/**
 * What a person granted to a client. Every code, access token and refresh token belongs to one, and ends with it.
 *
 * @param resources of which each of its access tokens is for one
 * @param expiresAt when it ends by itself, unless it is used before
 * @param authentication how the user signed on at Okta, which no refresh changes
 */
public record Grant(
        String id,
        String clientId,
        User user,
        Scope scope,
        Resources resources,
        Instant openedAt,
        Instant expiresAt,
        AuthenticationEvent authentication) {

    /** One of whose user Okta did not say how they signed on. */
    public Grant(
            String id,
            String clientId,
            User user,
            Scope scope,
            Resources resources,
            Instant openedAt,
            Instant expiresAt) {
        this(id, clientId, user, scope, resources, openedAt, expiresAt, AuthenticationEvent.UNKNOWN);
    }

    /** What is known of the user, for an access token. */
    public Profile profile() {
        return new Profile(user.email(), user.groups());
    }
}
