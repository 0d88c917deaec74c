package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;

/** Lets requests in while there is room: at their backend, on the node, and for their user at each. */
@Singleton
public class Admissions implements Measured {

    private final OpenStreams streams;
    private final CallerLimits callers;
    private final BackendLimits backends;
    private final BodyBudget bodies;

    @Inject
    public Admissions(RelayLimits limits, OpenStreams streams, CallerLimits callers, BackendLimits backends) {
        this.streams = streams;
        this.callers = callers;
        this.backends = backends;
        this.bodies = bodies(limits.sizes());
    }

    private static BodyBudget bodies(RelayLimits.Sizes sizes) {
        return new BodyBudget(sizes.bodies(), sizes.bodiesOfUser());
    }

    /**
     * The backend is asked first: whoever goes on beyond its bounds uses up nothing that their user may have at others.
     *
     * @throws Rejection {@code SERVER_FULL}, {@code BACKEND_FULL}, {@code CALLER_TOO_BUSY}
     */
    Admission admit(Caller caller, Backend backend) {
        backends.enter(backend, caller);
        try {
            enterNode(caller);
        } catch (Rejection e) {
            backends.leave(backend, caller);
            throw e;
        }
        return new Admission(() -> leave(caller, backend), bodies.share(caller.holder()));
    }

    private void enterNode(Caller caller) {
        if (!streams.enter()) {
            throw Relay.full();
        }
        try {
            callers.enter(caller);
        } catch (Rejection e) {
            streams.leave();
            throw e;
        }
    }

    private void leave(Caller caller, Backend backend) {
        callers.leave(caller);
        streams.leave();
        backends.leave(backend, caller);
    }

    /**
     * What more than one message in a batch (MCP 2025-03-26) counts for.
     *
     * @throws Rejection {@code CALLER_TOO_BUSY}
     */
    void countBatch(Caller caller, Backend backend, int messages) {
        backends.countBatch(backend, caller, messages);
        callers.countBatch(caller, messages);
    }

    @Override
    public void describe(Meters gauges) {
        gauges.gauge("request_body_bytes", "Memory that bodies of MCP requests and answers hold.", bodies::held);
        gauges.gauge("request_body_limit_bytes", "Memory that they may hold; more gets 503.", bodies::most);
    }
}
