package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;

/** Authorization codes in memory. */
@Singleton
public class MemoryAuthorizationCodes implements AuthorizationCodes {

    private static final int CAPACITY = 100_000;

    private final ExpiringMap<AuthorizationCode> codes;

    @Inject
    public MemoryAuthorizationCodes(Clock clock) {
        codes = new ExpiringMap<>(CAPACITY, clock, AuthorizationCode::expiresAt);
    }

    @Override
    public void issue(AuthorizationCode code) {
        codes.put(code.hash(), code);
    }

    @Override
    public Optional<AuthorizationCode> find(String hash) {
        return codes.find(hash);
    }

    @Override
    public boolean consume(String hash) {
        return codes.find(hash)
                .filter(code -> !code.consumed())
                .filter(code -> codes.replace(hash, code, code.usedUp()))
                .isPresent();
    }
}
