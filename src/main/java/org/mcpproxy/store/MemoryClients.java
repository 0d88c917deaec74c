package org.mcpproxy.store;

import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Clients in memory. A full store refuses new ones: one that is registered is never pushed out, because nobody can tell
 * that its owner will not come back.
 */
@Singleton
public class MemoryClients implements Clients {

    private static final int CAPACITY = 50_000;

    private final Map<String, Client> clients = new LinkedHashMap<>();

    @Override
    public synchronized void add(Client client) {
        if (clients.size() >= CAPACITY) {
            throw Rejection.of(Reason.SERVER_FULL);
        }
        if (clients.putIfAbsent(client.id(), client) != null) {
            throw new IllegalStateException("A client id was drawn twice");
        }
    }

    @Override
    public synchronized Optional<Client> find(String clientId) {
        return Optional.ofNullable(clients.get(clientId));
    }
}
