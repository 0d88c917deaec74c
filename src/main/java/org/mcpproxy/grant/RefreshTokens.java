package org.mcpproxy.grant;

import java.util.Optional;
import org.mcpproxy.grant.RefreshToken.Rotation;

/** The refresh tokens that were issued and have not expired. */
public interface RefreshTokens {

    /** @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held */
    void issue(RefreshToken token);

    Optional<RefreshToken> find(String hash);

    /**
     * Exchanges a token for its successor, in one step. True for one caller only, whoever else tries at the same time
     * and wherever; for the others nothing changes.
     */
    boolean rotate(String hash, Rotation rotation, RefreshToken successor);
}
