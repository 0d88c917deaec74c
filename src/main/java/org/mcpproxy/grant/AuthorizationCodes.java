package org.mcpproxy.grant;

import java.time.Instant;
import java.util.Optional;

/** The codes that were issued and have not expired; also, for an hour more, those that were used, so that a replay is known. */
public interface AuthorizationCodes {

    void issue(AuthorizationCode code);

    Optional<AuthorizationCode> find(String hash);

    /**
     * Uses a code up, keeps the first refresh token of its grant and puts the grant's end off, all in one step: who is
     * killed in the middle of it has done nothing. True for one caller only, whoever else tries at the same time and
     * wherever; for the others nothing changes.
     *
     * @param first of a client that may refresh
     * @param grantExpiresAt the grant's new end
     * @throws org.mcpproxy.oauth.Rejection {@code GRANT_ENDED} where the grant does not live
     */
    boolean redeem(AuthorizationCode code, Optional<RefreshToken> first, Instant grantExpiresAt);
}
