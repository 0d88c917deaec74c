package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.store.contract.PendingAuthorizationsContract;

class MemoryPendingAuthorizationsTest extends PendingAuthorizationsContract {

    @Override
    protected PendingAuthorizations pendings(Clock clock) {
        return new MemoryPendingAuthorizations(clock);
    }
}
