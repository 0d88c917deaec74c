package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.store.contract.GrantsContract;

class MemoryGrantsTest extends GrantsContract {

    @Override
    protected Grants grants(Clock clock) {
        return new MemoryGrants(clock);
    }
}
