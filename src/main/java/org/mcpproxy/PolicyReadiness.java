package org.mcpproxy;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.policy.PolicyInForce;
import org.mcpproxy.web.ReadinessPart;

/** The policy's part: a file that has become bad is no reason to stop, as the last good one holds on. */
@Singleton
public class PolicyReadiness implements ReadinessPart {

    private final PolicyInForce policy;

    @Inject
    public PolicyReadiness(PolicyInForce policy) {
        this.policy = policy;
    }

    @Override
    public String name() {
        return "policy";
    }

    @Override
    public State state() {
        return policy.isGood() ? State.WELL : State.DEGRADED;
    }
}
