package org.mcpproxy.grant;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Instant;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.upstream.User;

/**
 * What a person granted to a client. Every code, access token and refresh token belongs to one, and ends with it.
 *
 * @param resource the canonical resource: the audience of its tokens
 * @param expiresAt when it ends by itself, unless it is used before
 */
public record Grant(
        String id, String clientId, User user, Scope scope, String resource, Instant openedAt, Instant expiresAt) {

    /** What is known of the user, for an access token. */
    public Profile profile() {
        return new Profile(user.email(), user.groups());
    }
}
