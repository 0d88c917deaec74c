package org.mcpproxy.grant;

import java.util.Optional;
import org.mcpproxy.grant.RefreshToken.Rotation;

/** The refresh tokens that can be used, and for the grace those that were. The first of a grant comes with its code. */
public interface RefreshTokens {

    Optional<RefreshToken> find(String hash);

    /**
     * Exchanges a token for its successor and puts the grant's end off to the successor's, in one step. True for one caller
     * only, whoever else tries at the same time and wherever; for the others nothing changes.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code GRANT_ENDED} where the grant does not live
     */
    boolean rotate(String hash, Rotation rotation, RefreshToken successor);
}
