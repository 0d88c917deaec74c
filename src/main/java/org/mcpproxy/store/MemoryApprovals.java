package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.upstream.User;

/** Approvals in memory: the newest one for each person and client. */
@Singleton
public class MemoryApprovals implements Approvals {

    private static final int CAPACITY = 200_000;

    private final ExpiringMap<Approval> approvals;

    @Inject
    public MemoryApprovals(Clock clock) {
        approvals = new ExpiringMap<>(CAPACITY, clock, Approval::expiresAt);
    }

    @Override
    public void approve(Approval approval) {
        approvals.put(key(approval.organization(), approval.userId(), approval.clientId()), approval);
    }

    @Override
    public boolean isApproved(Approval asked) {
        Optional<Approval> approved = approvals.find(key(asked.organization(), asked.userId(), asked.clientId()));
        return approved.filter(given -> given.covers(asked)).isPresent();
    }

    @Override
    public void withdraw(User user, String clientId) {
        approvals.remove(key(user.organization(), user.id(), clientId));
    }

    private static String key(String organization, String userId, String clientId) {
        return String.join("\n", organization, userId, clientId);
    }
}
