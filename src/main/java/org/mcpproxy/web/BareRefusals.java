package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Trail;

/**
 * Refusals of which nothing is known but an HTTP status, as the container and JAX-RS give them: no such address, method or
 * media type. They are audited too, but of one address no more than 60 in a minute: whoever tries thousands of addresses
 * shall not fill the log by that. The access log has them all.
 */
@Singleton
public class BareRefusals {

    private static final int MOST_LINES = 60;
    private static final String NO_REQUEST_ID = "none";

    private final AuditLog audit;
    private final AddressRateLimit lines;

    @Inject
    public BareRefusals(AuditLog audit, Clock clock) {
        this.audit = audit;
        this.lines = new AddressRateLimit(MOST_LINES, AddressRateLimits.WINDOW, clock);
    }

    void refuse(int status, HttpServletRequest request, HttpServletResponse response) throws IOException {
        record(status, request);
        ErrorAnswer.of(status).writeTo(request, response);
    }

    void record(int status, HttpServletRequest request) {
        Trail trail = Optional.ofNullable(Trail.of(request))
                .orElseGet(() -> new Trail(NO_REQUEST_ID, request.getRemoteAddr()));
        if (lines.count(trail.address())) {
            Actor actor = Actor.of(request);
            audit.record(new AuditEvent.Refused(
                    trail, actor.user(), actor.client(), path(request), ErrorAnswer.reason(status)));
        }
    }

    /** The one that was asked for, where the container has passed the request on to its error page. */
    private static String path(HttpServletRequest request) {
        return request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String asked
                ? asked
                : request.getRequestURI();
    }
}
