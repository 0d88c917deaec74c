package org.mcpproxy.grant;

import java.util.Optional;

/** The codes that were issued and have not expired; also those that were used, so that a replay is known. */
public interface AuthorizationCodes {

    /** @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held */
    void issue(AuthorizationCode code);

    Optional<AuthorizationCode> find(String hash);

    /** Uses a code up. True for one caller only, whoever else tries at the same time and wherever. */
    boolean consume(String hash);
}
