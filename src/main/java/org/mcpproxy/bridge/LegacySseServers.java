package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.concurrent.Executor;
import org.mcpproxy.config.RelayLimits;

/** Servers over HTTP+SSE of MCP 2024-11-05: each conversation is an event stream, and POSTs beside it. */
final class LegacySseServers implements Kind {

    private final RelayLimits.LegacySse limits;
    private final LegacySse.Bounds bounds;
    private final Executor threads;
    private final Places places;

    /** @param firstByte how long the head of an answer may take */
    LegacySseServers(RelayLimits.LegacySse limits, Duration firstByte, Executor threads) {
        this.limits = limits;
        this.bounds = LegacySse.Bounds.of(limits.event(), firstByte);
        this.threads = threads;
        this.places = new Places(limits.sessions(), limits.sessionsOfUser());
    }

    @Override
    public Places places() {
        return places;
    }

    @Override
    public Duration idle() {
        return limits.idle();
    }

    @Override
    public Channel open(Opening opening, Conversation conversation) {
        return LegacySse.open(opening, bounds, threads, conversation);
    }
}
