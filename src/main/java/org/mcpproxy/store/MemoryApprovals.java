package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.upstream.User;

/**
 * Approvals in memory: the newest one for each person and client. When it is full, one that was not asked for in a while
 * makes room; its person is asked again, which is better than that nobody can sign on.
 */
@Singleton
public class MemoryApprovals implements Approvals {

    private static final int CAPACITY = 200_000;

    private final Clock clock;
    private final Cache<String, Approval> approvals =
            Caffeine.newBuilder().maximumSize(CAPACITY).executor(Runnable::run).build();

    @Inject
    public MemoryApprovals(Clock clock) {
        this.clock = clock;
    }

    @Override
    public void approve(Approval approval) {
        approvals.put(key(approval.organization(), approval.userId(), approval.clientId()), approval);
    }

    @Override
    public boolean isApproved(Approval asked) {
        String key = key(asked.organization(), asked.userId(), asked.clientId());
        return Optional.ofNullable(approvals.getIfPresent(key))
                .filter(given -> clock.instant().isBefore(given.expiresAt()))
                .filter(given -> given.covers(asked))
                .isPresent();
    }

    @Override
    public void withdraw(User user, String clientId) {
        approvals.invalidate(key(user.organization(), user.id(), clientId));
    }

    private static String key(String organization, String userId, String clientId) {
        return String.join("\n", organization, userId, clientId);
    }
}
