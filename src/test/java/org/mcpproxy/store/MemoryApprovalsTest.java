package org.mcpproxy.store;

import java.time.Clock;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.store.contract.ApprovalsContract;

class MemoryApprovalsTest extends ApprovalsContract {

    @Override
    protected Approvals approvals(Clock clock) {
        return new MemoryApprovals(clock);
    }
}
