package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.store.contract.AuthorizationCodesContract;

class MemoryAuthorizationCodesTest extends AuthorizationCodesContract {

    @Override
    protected AuthorizationCodes codes(Clock clock) {
        return new MemoryAuthorizationCodes(clock);
    }
}
