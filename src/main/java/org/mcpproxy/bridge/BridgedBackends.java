package org.mcpproxy.bridge;

import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.BackendClients;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Era;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.NodeBackends;
import org.mcpproxy.web.BodyBudget;

/**
 * The conversations with servers that speak no Streamable HTTP: one for each session of the older revisions, one for each
 * user and server since 2026-07-28, which knows no sessions.
 */
@ApplicationScoped
public class BridgedBackends implements NodeBackends, Measured {

    private final Conversations conversations;
    private final BodyBudget waiting;
    private final RandomGenerator random;
    private final Map<Session, Conversation> sessions = new ConcurrentHashMap<>();
    private final Map<Shared, Conversation> shared = new ConcurrentHashMap<>();

    @Inject
    public BridgedBackends(Settings settings, Clock clock, RandomGenerator random) {
        this(settings.relayLimits(), onNode(settings.backends()), clock, random);
    }

    /** @param backends that there may be conversations with */
    BridgedBackends(RelayLimits node, Set<Backend> backends, Clock clock, RandomGenerator random) {
        this.conversations = new Conversations(node, backends, clock);
        this.waiting = Room.of(node.sizes(), backends);
        this.random = random;
    }

    /** For CDI's proxy. */
    protected BridgedBackends() {
        this.conversations = null;
        this.waiting = null;
        this.random = null;
    }

    private static Set<Backend> onNode(Backends backends) {
        return backends.all().stream().filter(Backend::isOnNode).collect(Collectors.toSet());
    }

    private record Session(String backend, String id) {}

    /** @param client empty where all of a holder's clients are alike to the server, which learns nothing of them */
    private record Shared(String backend, Holder holder, Optional<String> client) {

        static Shared by(Kind.Opening opening) {
            boolean alike = !opening.backend().transport().legacySse();
            return new Shared(
                    opening.backend().name(),
                    opening.holder(),
                    alike ? Optional.empty() : Optional.of(opening.client()));
        }
    }

    @Override
    public BackendClient of(Backend backend, Caller caller, Era era, BackendClients http, CallerCredential credential) {
        return new BridgedClient(this, backend, caller, era, http, credential);
    }

    /** The memory for what waits, of all holders. */
    BodyBudget waiting() {
        return waiting;
    }

    /** Opens a session, whose id every answer bears. */
    Conversation open(Kind.Opening opening) {
        forgetEnded();
        String id = Secret.random(random).value();
        Conversation opened = conversations.start(opening, false, List.of(new Header(BridgedClient.SESSION, id)));
        sessions.put(new Session(opening.backend().name(), id), opened);
        return opened;
    }

    Optional<Conversation> session(Backend backend, String id) {
        return Optional.ofNullable(sessions.get(new Session(backend.name(), id)))
                .filter(known -> !known.isClosed());
    }

    /** The holder's own conversation, which is opened where there is none. */
    Conversation shared(Kind.Opening opening) {
        forgetEnded();
        return shared.compute(
                Shared.by(opening),
                (key, known) ->
                        known == null || known.isClosed() ? conversations.start(opening, true, List.of()) : known);
    }

    /** How many conversations there are, or have not quite ended. */
    int count() {
        return conversations.count();
    }

    @Override
    public void describe(Meters meters) {
        meters.gauge("stdio_processes", "Processes of stdio servers.", conversations.processes()::taken);
        meters.gauge("stdio_processes_limit", "So many may run; more get 503.", conversations.processes()::most);
        meters.gauge("sse_sessions", "Sessions with servers over HTTP+SSE.", conversations.legacySse()::taken);
        meters.gauge("sse_sessions_limit", "So many may be open; more get 503.", conversations.legacySse()::most);
        meters.gauge(
                "unread_answer_bytes",
                "Memory for what stdio and HTTP+SSE servers said that is unread.",
                waiting::held);
        meters.gauge("unread_answer_limit_bytes", "Memory that it may hold.", waiting::most);
    }

    @PreDestroy
    void stop() {
        conversations.stop();
    }

    /** So there are never many more than conversations. */
    private void forgetEnded() {
        sessions.values().removeIf(Conversation::isClosed);
        shared.values().removeIf(Conversation::isClosed);
    }
}
