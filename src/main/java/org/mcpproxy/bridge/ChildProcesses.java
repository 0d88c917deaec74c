package org.mcpproxy.bridge;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Executor;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.StdioCommand;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Stdio servers: each conversation is a process, and who keeps dying is not started again at once. */
final class ChildProcesses implements Kind {

    private static final Logger LOG = System.getLogger(ChildProcesses.class.getName());

    /** A process that lives for as long has started well. */
    private static final Duration WELL = Duration.ofSeconds(10);

    private final RelayLimits.Stdio limits;
    private final Clock clock;
    private final Executor threads;
    private final Places places;
    private final Backoff backoff;

    ChildProcesses(RelayLimits.Stdio limits, Clock clock, Executor threads) {
        this.limits = limits;
        this.clock = clock;
        this.threads = threads;
        this.places = new Places(limits.processes(), limits.processesOfUser());
        this.backoff = new Backoff(clock, limits.backoff());
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
        Backoff.Key key = key(opening);
        backoff.require(key);
        Backend backend = opening.backend();
        StdioCommand command = backend.transport().command().orElseThrow();
        try {
            return ChildProcess.start(
                    backend.policyName(), command, limits.line(), opening.room(), threads, conversation);
        } catch (IOException e) {
            backoff.failed(key);
            LOG.log(Level.WARNING, "MCP server {0} could not be started", backend.policyName());
            throw Rejection.of(Reason.BACKEND_UNAVAILABLE, e);
        }
    }

    @Override
    public void ended(Opening opening, Conversation conversation, Instant since) {
        if (conversation.wasClosedByUs()) {
            return;
        }
        Backoff.Key key = key(opening);
        LOG.log(Level.WARNING, "A process of MCP server {0} has ended by itself", key.backend());
        if (clock.instant().isBefore(since.plus(WELL))) {
            backoff.failed(key);
        } else {
            backoff.worked(key);
        }
    }

    private static Backoff.Key key(Opening opening) {
        return new Backoff.Key(opening.backend().name(), opening.holder());
    }
}
