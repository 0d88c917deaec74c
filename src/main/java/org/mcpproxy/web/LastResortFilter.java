package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;

/**
 * Catches what everything behind it let through. The container would log the exception's message, and dump the request's
 * objects, tokens and all, into a file for its vendor's support.
 */
public class LastResortFilter extends HttpFilter {

    private final transient AuditLog audit;

    @Inject
    public LastResortFilter(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException {
        try {
            chain.doFilter(request, response);
        } catch (Exception failure) {
            answer(failure, request, response);
        }
    }

    private void answer(Exception failure, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Failures.log(Trail.of(request), failure);
        Actor actor = Actor.of(request);
        audit.record(new AuditEvent.Refused(
                Trail.of(request), actor.user(), actor.client(), Endpoint.of(request), Reason.INTERNAL_ERROR));
        if (!response.isCommitted()) {
            response.resetBuffer();
            ErrorAnswer.of(Reason.INTERNAL_ERROR).writeTo(request, response);
        }
    }
}
