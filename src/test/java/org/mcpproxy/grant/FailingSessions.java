package org.mcpproxy.grant;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Sessions whose store is away when a test says so. */
final class FailingSessions implements UpstreamSessions {

    private final UpstreamSessions sessions;
    private final AtomicInteger savesToFail = new AtomicInteger();
    private volatile boolean releasesFail;

    FailingSessions(UpstreamSessions sessions) {
        this.sessions = sessions;
    }

    void failToSave(int times) {
        savesToFail.set(times);
    }

    void failToRelease() {
        releasesFail = true;
    }

    @Override
    public void save(String grantId, byte[] sealedTokens) {
        require(savesToFail.getAndDecrement() <= 0);
        sessions.save(grantId, sealedTokens);
    }

    @Override
    public boolean replace(String grantId, String holder, byte[] sealedTokens) {
        require(savesToFail.getAndDecrement() <= 0);
        return sessions.replace(grantId, holder, sealedTokens);
    }

    @Override
    public Optional<byte[]> find(String grantId) {
        return sessions.find(grantId);
    }

    @Override
    public void remove(String grantId) {
        sessions.remove(grantId);
    }

    @Override
    public boolean lease(String grantId, String holder, Duration longest) {
        return sessions.lease(grantId, holder, longest);
    }

    @Override
    public boolean isOverdue(String grantId) {
        return sessions.isOverdue(grantId);
    }

    @Override
    public void release(String grantId, String holder) {
        require(!releasesFail);
        sessions.release(grantId, holder);
    }

    private static void require(boolean there) {
        if (!there) {
            throw Rejection.until(Reason.STORE_UNAVAILABLE, Duration.ofSeconds(5));
        }
    }
}
