package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.store.contract.RefreshTokensContract;

class MemoryRefreshTokensTest extends RefreshTokensContract {

    @Override
    protected RefreshTokens tokens(Clock clock) {
        return new MemoryRefreshTokens(grant -> true, clock);
    }
}
