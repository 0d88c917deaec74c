package org.mcpproxy.bridge;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.relay.Era;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.NodeBackends;

/**
 * The conversations with stdio servers: one for each session of the older revisions, one for each user and server since
 * 2026-07-28, which knows no sessions.
 */
@ApplicationScoped
public class StdioBackends implements NodeBackends {

    private final Processes processes;
    private final RandomGenerator random;
    private final Map<Session, Conversation> sessions = new ConcurrentHashMap<>();
    private final Map<Backoff.Key, Conversation> shared = new ConcurrentHashMap<>();

    @Inject
    public StdioBackends(RelayLimits limits, Clock clock, RandomGenerator random) {
        this(limits.stdio(), clock, random);
    }

    StdioBackends(RelayLimits.Stdio limits, Clock clock, RandomGenerator random) {
        this.processes = new Processes(limits, clock);
        this.random = random;
    }

    /** For CDI's proxy. */
    protected StdioBackends() {
        this.processes = null;
        this.random = null;
    }

    private record Session(String backend, String id) {}

    @Override
    public BackendClient of(Backend backend, Caller caller, Era era) {
        return new StdioClient(this, backend, Holder.of(caller), era);
    }

    /** Starts a process for a session, whose id every answer bears. */
    Conversation open(Backend backend, Holder holder) {
        forgetEnded();
        String id = Secret.random(random).value();
        Conversation opened = processes.start(backend, holder, false, List.of(new Header(StdioClient.SESSION, id)));
        sessions.put(new Session(backend.name(), id), opened);
        return opened;
    }

    Optional<Conversation> session(Backend backend, String id) {
        return Optional.ofNullable(sessions.get(new Session(backend.name(), id)))
                .filter(known -> !known.isClosed());
    }

    /** The holder's own process, which is started where there is none. */
    Conversation shared(Backend backend, Holder holder) {
        forgetEnded();
        return shared.compute(
                new Backoff.Key(backend.name(), holder),
                (key, known) ->
                        known == null || known.isClosed() ? processes.start(backend, holder, true, List.of()) : known);
    }

    /** How many processes run, or have not quite ended. */
    int count() {
        return processes.count();
    }

    @PreDestroy
    void stop() {
        processes.stop();
    }

    /** So there are never many more than processes. */
    private void forgetEnded() {
        sessions.values().removeIf(Conversation::isClosed);
        shared.values().removeIf(Conversation::isClosed);
    }
}
