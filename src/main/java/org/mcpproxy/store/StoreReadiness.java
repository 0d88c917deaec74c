package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.web.ReadinessPart;

/**
 * The store's part: it must have been opened, its keys and revocations read; after that a lost database is no reason to
 * stop, until this node no longer knows who has been revoked, and refuses every MCP call.
 */
@Singleton
public class StoreReadiness implements ReadinessPart {

    private final StoreStatus status;
    private final StoreSchedule schedule;
    private final RevocationLog revocations;

    @Inject
    public StoreReadiness(StoreStatus status, StoreSchedule schedule, RevocationLog revocations) {
        this.status = status;
        this.schedule = schedule;
        this.revocations = revocations;
    }

    @Override
    public String name() {
        return "store";
    }

    @Override
    public State state() {
        if (status.isRefused()) {
            return State.DOWN;
        }
        if (!status.isOpen() || !schedule.loaded()) {
            return State.LOADING;
        }
        if (revocations.isDeaf()) {
            return State.DOWN;
        }
        return status.isLost() || revocations.isLate() ? State.DEGRADED : State.WELL;
    }
}
