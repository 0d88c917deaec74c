package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.store.contract.UpstreamSessionsContract;

class MemoryUpstreamSessionsTest extends UpstreamSessionsContract {

    @Override
    protected UpstreamSessions sessions(Clock clock) {
        return new MemoryUpstreamSessions(grant -> true, clock, Samples.settings());
    }
}
