package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.grant.UpstreamSessions;

/** Sealed Okta tokens in memory. One that is not refreshed for as long as a refresh token lives goes by itself. */
@Singleton
public class MemoryUpstreamSessions implements UpstreamSessions {

    private static final int CAPACITY = 200_000;

    private final ExpiringMap<Sealed> sessions;
    private final Clock clock;
    private final Settings settings;

    @Inject
    public MemoryUpstreamSessions(LiveGrants grants, Clock clock, Settings settings) {
        this.sessions =
                new ExpiringMap<>(CAPACITY, clock, Sealed::expiresAt, session -> !grants.isLive(session.grantId()));
        this.clock = clock;
        this.settings = settings;
    }

    @Override
    public void save(String grantId, byte[] sealedTokens) {
        Instant expiresAt = clock.instant().plus(settings.lifetimes().refreshToken());
        sessions.put(grantId, new Sealed(grantId, sealedTokens, expiresAt));
    }

    @Override
    public Optional<byte[]> find(String grantId) {
        return sessions.find(grantId).map(Sealed::tokens);
    }

    @Override
    public void remove(String grantId) {
        sessions.remove(grantId);
    }

    private record Sealed(String grantId, byte[] tokens, Instant expiresAt) {}
}
