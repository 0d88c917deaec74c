package org.mcpproxy.upstream;

import java.util.Optional;
import org.mcpproxy.oauth.Secret;

/**
 * What a refresh brought. The old refresh token is dead by then, so the new tokens are to be kept before anything else is
 * done with them.
 *
 * @param tokens with the ID token of before
 * @param idToken the ID token that came, which nobody has looked at yet
 * @param usable whether the access token is of the type that was asked for; else the refresh token alone is worth keeping
 */
public record RefreshedTokens(UpstreamTokens tokens, Optional<Secret> idToken, boolean usable) {

    public RefreshedTokens(UpstreamTokens tokens, Optional<Secret> idToken) {
        this(tokens, idToken, true);
    }
}
