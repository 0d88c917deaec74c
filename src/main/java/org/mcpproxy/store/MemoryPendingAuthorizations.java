package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorizations;

/** Sign-ons under way, in memory. */
@Singleton
public class MemoryPendingAuthorizations implements PendingAuthorizations {

    private static final int CAPACITY = 50_000;

    private final ExpiringMap<PendingAuthorization> pending;

    @Inject
    public MemoryPendingAuthorizations(Clock clock) {
        pending = new ExpiringMap<>(CAPACITY, clock, PendingAuthorization::expiresAt);
    }

    @Override
    public void save(PendingAuthorization authorization) {
        pending.put(authorization.handleHash(), authorization);
    }

    @Override
    public Optional<PendingAuthorization> find(String handleHash) {
        return pending.find(handleHash);
    }

    @Override
    public Optional<PendingAuthorization> take(String handleHash) {
        return pending.take(handleHash);
    }
}
