package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;
import org.mcpproxy.web.RequestThreads;

/** What every exchange with the backend shares. */
@Singleton
public class Relay implements Measured {

    /** When to come again. */
    static final Duration SOON = Duration.ofSeconds(5);

    private final Settings settings;
    private final RelayLimits limits;
    private final BackendClients clients;
    private final Nodes nodes;
    private final OpenStreams streams;
    private final CallerLimits callers;
    private final SessionRules sessions;
    private final BackendCredentials credentials;
    private final PolicyGate policy;
    private final RequestThreads threads;
    private final AuditLog audit;
    private final RelayMeters meters;
    private final BodyBudget bodies;

    @Inject
    public Relay(
            Settings settings,
            RelayLimits limits,
            BackendClients clients,
            Nodes nodes,
            OpenStreams streams,
            CallerLimits callers,
            SessionRules sessions,
            BackendCredentials credentials,
            PolicyGate policy,
            RequestThreads threads,
            AuditLog audit,
            RelayMeters meters) {
        this.settings = settings;
        this.limits = limits;
        this.clients = clients;
        this.nodes = nodes;
        this.streams = streams;
        this.callers = callers;
        this.sessions = sessions;
        this.credentials = credentials;
        this.policy = policy;
        this.threads = threads;
        this.audit = audit;
        this.meters = meters;
        this.bodies = bodies(limits.sizes());
    }

    private static BodyBudget bodies(RelayLimits.Sizes sizes) {
        return new BodyBudget(sizes.bodies(), sizes.bodiesOfUser());
    }

    /** @throws Rejection {@code SERVER_FULL}, {@code CALLER_TOO_BUSY} */
    Admission admit(Caller caller) {
        if (!streams.enter()) {
            throw full();
        }
        try {
            callers.enter(caller);
        } catch (Rejection e) {
            streams.leave();
            throw e;
        }
        return new Admission(() -> leave(caller), bodies.share(caller.holder()));
    }

    /** @throws Rejection {@code CALLER_TOO_BUSY} */
    void countBatch(Caller caller, int messages) {
        callers.countBatch(caller, messages);
    }

    private void leave(Caller caller) {
        callers.leave(caller);
        streams.leave();
    }

    /** Where there is no room, or the server is going down. */
    static Rejection full() {
        return Rejection.until(Reason.SERVER_FULL, SOON);
    }

    Settings settings() {
        return settings;
    }

    RelayLimits limits() {
        return limits;
    }

    BackendClient client(RelayRequest request, BearerCheck check) {
        return sessions.elsewhere(request)
                .map(node -> nodes.at(node, request))
                .orElseGet(() -> clients.of(
                        request.resource().backend(),
                        request.caller(),
                        request.era(),
                        new FreshCredential(
                                credentials,
                                check,
                                threads,
                                request.resource().backend(),
                                request.caller(),
                                request.trail())));
    }

    Nodes nodes() {
        return nodes;
    }

    OpenStreams streams() {
        return streams;
    }

    SessionRules sessions() {
        return sessions;
    }

    BackendCredentials credentials() {
        return credentials;
    }

    PolicyGate policy() {
        return policy;
    }

    RequestThreads threads() {
        return threads;
    }

    AuditLog audit() {
        return audit;
    }

    RelayMeters meters() {
        return meters;
    }

    @Override
    public void describe(Meters gauges) {
        gauges.gauge("request_body_bytes", "Memory that bodies of MCP requests and answers hold.", bodies::held);
        gauges.gauge("request_body_limit_bytes", "Memory that they may hold; more gets 503.", bodies::most);
    }

    /** Writes an answer of our own; small enough to fit the container's buffer, so it does not wait for the client. */
    void write(ErrorAnswer answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        Set<String> begun = new HashSet<>();
        for (Header header : answer.headers()) {
            if (begun.add(header.name())) {
                response.setHeader(header.name(), header.value());
            } else {
                response.addHeader(header.name(), header.value());
            }
        }
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }
}
