package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;

/**
 * Refusals of which nothing is known but an HTTP status, as the container and JAX-RS give them: no such address, method or
 * media type. Each is audited as every other refusal is.
 */
@Singleton
public class BareRefusals {

    private static final String NO_REQUEST_ID = "none";

    private final AuditLog audit;

    @Inject
    public BareRefusals(AuditLog audit) {
        this.audit = audit;
    }

    void refuse(int status, HttpServletRequest request, HttpServletResponse response) throws IOException {
        record(status, request);
        ErrorAnswer.of(status).writeTo(request, response);
    }

    void record(int status, HttpServletRequest request) {
        Trail trail = Optional.ofNullable(Trail.of(request))
                .orElseGet(() -> new Trail(NO_REQUEST_ID, request.getRemoteAddr()));
        Actor actor = Actor.of(request);
        audit.record(new AuditEvent.Refused(
                trail, actor.user(), actor.client(), Endpoint.of(request), ErrorAnswer.reason(status)));
    }
}
