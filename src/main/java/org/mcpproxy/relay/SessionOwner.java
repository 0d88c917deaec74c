package org.mcpproxy.relay;

import java.util.Optional;

/**
 * The user and the client who opened a session.
 *
 * @param user empty where a service opened it
 */
public record SessionOwner(Optional<String> user, String client) {

    static SessionOwner of(Caller caller) {
        return new SessionOwner(caller.user(), caller.client());
    }
}
