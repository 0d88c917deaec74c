package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;

/** Grants in memory. */
@Singleton
public class MemoryGrants implements Grants {

    private static final int CAPACITY = 200_000;

    private final ExpiringMap<Grant> grants;

    @Inject
    public MemoryGrants(Clock clock) {
        grants = new ExpiringMap<>(CAPACITY, clock, Grant::expiresAt);
    }

    @Override
    public void open(Grant grant) {
        grants.put(grant.id(), grant);
    }

    @Override
    public Optional<Grant> find(String grantId) {
        return grants.find(grantId);
    }

    @Override
    public boolean isLive(String grantId) {
        return grants.find(grantId).isPresent();
    }

    @Override
    public void extend(String grantId, Instant expiresAt) {
        grants.change(grantId, grant -> grant.until(expiresAt));
    }

    @Override
    public boolean end(String grantId) {
        return grants.remove(grantId);
    }

    /** The ids of the clients that hold a live grant. */
    Set<String> clients() {
        return grants.live().map(Grant::clientId).collect(Collectors.toSet());
    }
}
