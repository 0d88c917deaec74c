package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executor;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;

/** Servers over HTTP+SSE of MCP 2024-11-05: each conversation is an event stream, and POSTs beside it. */
final class LegacySseServers implements Kind {

    private final Executor threads;
    private final KindPlaces places;

    /** @param node what holds for all of them together */
    LegacySseServers(RelayLimits.LegacySse node, Set<Backend> backends, Executor threads) {
        this.threads = threads;
        this.places = new KindPlaces(node.sessions(), node.sessionsOfUser());
        backends.stream()
                .filter(backend -> limits(backend).counts())
                .forEach(backend -> places.bound(
                        backend, limits(backend).sessions(), limits(backend).sessionsOfUser()));
    }

    private static RelayLimits.LegacySse limits(Backend backend) {
        return backend.limits().legacySse();
    }

    @Override
    public KindPlaces places() {
        return places;
    }

    @Override
    public Duration idle(Backend backend) {
        return limits(backend).idle();
    }

    @Override
    public Channel open(Opening opening, Conversation conversation) {
        RelayLimits limits = opening.backend().limits();
        LegacySse.Bounds bounds =
                LegacySse.Bounds.of(limits.legacySse().event(), limits.times().firstByte());
        return LegacySse.open(opening, bounds, threads, conversation);
    }
}
