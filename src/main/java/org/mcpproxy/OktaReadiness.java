package org.mcpproxy;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.upstream.UpstreamStatus;
import org.mcpproxy.web.ReadinessPart;

/** Okta's part: its discovery document and keys must have loaded once; after that a lost Okta is no reason to stop. */
@Singleton
public class OktaReadiness implements ReadinessPart {

    private final UpstreamStatus status;

    @Inject
    public OktaReadiness(UpstreamStatus status) {
        this.status = status;
    }

    @Override
    public String name() {
        return "okta";
    }

    @Override
    public State state() {
        if (!status.ready()) {
            return State.LOADING;
        }
        return status.degraded().isPresent() ? State.DEGRADED : State.WELL;
    }
}
