package org.mcpproxy.authorization;

import java.util.Optional;

/** What clients have pushed, and no browser has brought the name of yet (RFC 9126). */
public interface PushedRequests {

    /**
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held, {@code REQUEST_TOO_LARGE} where
     *     this one cannot
     */
    void save(PushedRequest pushed);

    /**
     * Takes one of this client's out that has not expired. One caller gets it, whoever else tries at the same time and
     * wherever.
     */
    Optional<PushedRequest> take(String handleHash, String clientId);
}
