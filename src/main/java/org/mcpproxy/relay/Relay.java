package org.mcpproxy.relay;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;

/** What every exchange with the backend shares. */
@ApplicationScoped
public class Relay {

    private final Settings settings;
    private final RelayLimits limits;
    private final BackendClient client;
    private final OpenStreams streams;
    private final SessionRules sessions;
    private final AuditLog audit;

    @Inject
    public Relay(
            Settings settings,
            RelayLimits limits,
            BackendClient client,
            OpenStreams streams,
            SessionRules sessions,
            AuditLog audit) {
        this.settings = settings;
        this.limits = limits;
        this.client = client;
        this.streams = streams;
        this.sessions = sessions;
        this.audit = audit;
    }

    /** For CDI's proxy. */
    protected Relay() {
        this(null, null, null, null, null, null);
    }

    Settings settings() {
        return settings;
    }

    URI backend() {
        return settings.backend().url();
    }

    RelayLimits limits() {
        return limits;
    }

    BackendClient client() {
        return client;
    }

    OpenStreams streams() {
        return streams;
    }

    SessionRules sessions() {
        return sessions;
    }

    AuditLog audit() {
        return audit;
    }

    /** Writes an answer of our own; small enough to fit the container's buffer, so it does not wait for the client. */
    void write(ErrorAnswer answer, HttpServletResponse response) throws IOException {
        response.setStatus(answer.status());
        answer.headers().forEach(header -> response.setHeader(header.name(), header.value()));
        response.setContentLength(answer.body().length);
        response.getOutputStream().write(answer.body());
    }
}
