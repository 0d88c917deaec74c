package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.relay.Sessions;
import org.mcpproxy.store.contract.SessionsContract;

class MemorySessionsTest extends SessionsContract {

    @Override
    protected Sessions sessions(Clock clock) {
        return new MemorySessions(clock);
    }
}
