package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.RequestThreads;

/** What every exchange with the backend shares. */
@Singleton
public class Relay {

    /** When to come again. */
    static final Duration SOON = Duration.ofSeconds(5);

    private final Settings settings;
    private final BackendClients clients;
    private final Nodes nodes;
    private final OpenStreams streams;
    private final Admissions admissions;
    private final SessionRules sessions;
    private final BackendCredentials credentials;
    private final PolicyGate policy;
    private final RequestThreads threads;
    private final AuditLog audit;
    private final RelayMeters meters;

    @Inject
    public Relay(
            Settings settings,
            BackendClients clients,
            Nodes nodes,
            OpenStreams streams,
            Admissions admissions,
            SessionRules sessions,
            BackendCredentials credentials,
            PolicyGate policy,
            RequestThreads threads,
            AuditLog audit,
            RelayMeters meters) {
        this.settings = settings;
        this.clients = clients;
        this.nodes = nodes;
        this.streams = streams;
        this.admissions = admissions;
        this.sessions = sessions;
        this.credentials = credentials;
        this.policy = policy;
        this.threads = threads;
        this.audit = audit;
        this.meters = meters;
    }

    /** Where there is no room, or the server is going down. */
    static Rejection full() {
        return Rejection.until(Reason.SERVER_FULL, SOON);
    }

    Settings settings() {
        return settings;
    }

    /** @param elsewhere the node that the request is handed on to, if any */
    BackendClient client(RelayRequest request, Optional<URI> elsewhere, BearerCheck check) {
        return elsewhere
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

    Admissions admissions() {
        return admissions;
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
