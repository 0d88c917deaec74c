package org.mcpproxy.store;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.SessionOwner;
import org.mcpproxy.relay.Sessions;

/** MCP sessions in this node's memory, by the hash of their id: a backend may choose ids of any length. */
@ApplicationScoped
public class MemorySessions implements Sessions {

    private static final Duration IDLE = Duration.ofHours(24);
    private static final int MOST = 100_000;

    private final Cache<String, SessionOwner> owners;

    @Inject
    public MemorySessions(Clock clock) {
        owners = Caffeine.newBuilder()
                .maximumSize(MOST)
                .expireAfterAccess(IDLE)
                .ticker(ticker(clock))
                .executor(Runnable::run)
                .build();
    }

    /** For CDI's proxy. */
    protected MemorySessions() {
        owners = null;
    }

    @Override
    public boolean opened(String sessionId, SessionOwner owner) {
        return owners.get(hash(sessionId), unknown -> owner).equals(owner);
    }

    @Override
    public Optional<SessionOwner> ownerOf(String sessionId) {
        return Optional.ofNullable(owners.getIfPresent(hash(sessionId)));
    }

    @Override
    public void closed(String sessionId) {
        owners.invalidate(hash(sessionId));
    }

    private static Ticker ticker(Clock clock) {
        return () -> TimeUnit.MILLISECONDS.toNanos(clock.millis());
    }

    private static String hash(String sessionId) {
        return new Secret(sessionId).hash();
    }
}
