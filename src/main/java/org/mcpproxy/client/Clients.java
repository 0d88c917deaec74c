package org.mcpproxy.client;

import java.util.Optional;

/** The registered clients. */
public interface Clients {

    /**
     * Adds a client under its new id.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held
     */
    void add(Client client);

    Optional<Client> find(String clientId);
}
