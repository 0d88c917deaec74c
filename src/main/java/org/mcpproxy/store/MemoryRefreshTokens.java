package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.grant.RefreshTokens;

/** Refresh tokens in memory. Those of a grant that has ended make room when it is full. */
@Singleton
public class MemoryRefreshTokens implements RefreshTokens {

    private static final int CAPACITY = 1_000_000;

    private final ExpiringMap<RefreshToken> tokens;

    @Inject
    public MemoryRefreshTokens(LiveGrants grants, Clock clock) {
        tokens = new ExpiringMap<>(CAPACITY, clock, RefreshToken::expiresAt, token -> !grants.isLive(token.grantId()));
    }

    @Override
    public void issue(RefreshToken token) {
        tokens.put(token.hash(), token);
    }

    @Override
    public Optional<RefreshToken> find(String hash) {
        return tokens.find(hash);
    }

    @Override
    public synchronized boolean rotate(String hash, Rotation rotation, RefreshToken successor) {
        Optional<RefreshToken> unused =
                tokens.find(hash).filter(token -> token.rotation().isEmpty());
        unused.ifPresent(token -> {
            tokens.put(successor.hash(), successor);
            tokens.replace(hash, token, token.rotated(rotation));
        });
        return unused.isPresent();
    }
}
