package org.mcpproxy.authorization;

import java.util.Optional;

/** What clients have pushed, and no browser has brought the name of yet (RFC 9126). */
public interface PushedRequests {

    /**
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held, {@code REQUEST_TOO_LARGE} where
     *     this one cannot
     */
    void save(PushedRequest pushed);

    /** One of this client's that has not expired. */
    Optional<PushedRequest> find(String handleHash, String clientId);

    /** Uses it up; true for one caller, whoever else tries at the same time and wherever. */
    boolean use(String handleHash);
}
