package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Clients in memory. In a full store those make room that were registered more than a day ago and that nobody has
 * granted anything that still lives: whoever registers without end drives out no client that is in use.
 */
@Singleton
public class MemoryClients implements Clients {

    private static final int CAPACITY = 50_000;
    private static final Duration UNUSED = Duration.ofDays(1);
    private static final Duration SWEEP_PAUSE = Duration.ofSeconds(10);

    private final Map<String, Client> clients = new LinkedHashMap<>();
    private final MemoryGrants grants;
    private final Clock clock;
    private final int capacity;
    private Instant nextSweep = Instant.MIN;

    @Inject
    public MemoryClients(MemoryGrants grants, Clock clock) {
        this(grants, clock, CAPACITY);
    }

    MemoryClients(MemoryGrants grants, Clock clock, int capacity) {
        this.grants = grants;
        this.clock = clock;
        this.capacity = capacity;
    }

    @Override
    public synchronized void add(Client client) {
        if (clients.size() >= capacity) {
            makeRoom();
        }
        if (clients.putIfAbsent(client.id(), client) != null) {
            throw new IllegalStateException("A client id was drawn twice");
        }
    }

    private void makeRoom() {
        Instant now = clock.instant();
        if (!now.isBefore(nextSweep)) {
            nextSweep = now.plus(SWEEP_PAUSE);
            Set<String> inUse = grants.clients();
            Instant dayAgo = now.minus(UNUSED);
            clients.values().removeIf(client -> client.registeredAt().isBefore(dayAgo) && !inUse.contains(client.id()));
        }
        if (clients.size() >= capacity) {
            throw Rejection.until(Reason.SERVER_FULL, Duration.ofMinutes(1));
        }
    }

    @Override
    public synchronized Optional<Client> find(String clientId) {
        return Optional.ofNullable(clients.get(clientId));
    }
}
