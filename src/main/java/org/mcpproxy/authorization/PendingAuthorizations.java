package org.mcpproxy.authorization;

import java.util.Optional;

/** The sign-ons under way. */
public interface PendingAuthorizations {

    /**
     * To be asked before a sign-on begins; one that has begun goes on.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held
     */
    void requireRoom();

    void save(PendingAuthorization pending);

    Optional<PendingAuthorization> find(String handleHash);

    /** Takes one out, for its next step. One caller gets it, whoever else tries at the same time and wherever. */
    Optional<PendingAuthorization> take(String handleHash);
}
