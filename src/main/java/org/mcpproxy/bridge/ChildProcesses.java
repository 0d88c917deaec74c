package org.mcpproxy.bridge;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
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

    private final Clock clock;
    private final Executor threads;
    private final KindPlaces places;
    private final Backoff backoff;

    /** @param node what holds for all of them together */
    ChildProcesses(RelayLimits.Stdio node, Set<Backend> backends, Clock clock, Executor threads) {
        this.clock = clock;
        this.threads = threads;
        this.places = new KindPlaces(node.processes(), node.processesOfUser());
        this.backoff = new Backoff(clock);
        backends.stream()
                .filter(backend -> limits(backend).counts())
                .forEach(backend -> places.bound(
                        backend, limits(backend).processes(), limits(backend).processesOfUser()));
    }

    private static RelayLimits.Stdio limits(Backend backend) {
        return backend.limits().stdio();
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
        Backoff.Key key = key(opening);
        backoff.require(key);
        Backend backend = opening.backend();
        StdioCommand command = backend.transport().command().orElseThrow();
        try {
            return ChildProcess.start(
                    backend.policyName(), command, limits(backend).line(), opening.room(), threads, conversation);
        } catch (IOException e) {
            backoff.failed(key, limits(backend).backoff());
            LOG.log(Level.WARNING, "MCP server {0} could not be started", backend.policyName());
            throw Rejection.of(Reason.BACKEND_UNAVAILABLE, e);
        }
    }

    @Override
    public void ended(Opening opening, Conversation conversation, Instant since) {
        Backoff.Key key = key(opening);
        boolean byItself = !conversation.wasClosedByUs();
        if (byItself) {
            LOG.log(Level.WARNING, "A process of MCP server {0} has ended by itself", key.backend());
        }
        if (!clock.instant().isBefore(since.plus(WELL))) {
            backoff.worked(key);
        } else if (byItself) {
            backoff.failed(key, limits(opening.backend()).backoff());
        }
    }

    private static Backoff.Key key(Opening opening) {
        return new Backoff.Key(opening.backend().name(), opening.holder());
    }
}
