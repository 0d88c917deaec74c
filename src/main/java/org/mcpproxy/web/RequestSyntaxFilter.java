package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;

/**
 * Refuses what the container lets through though HTTP forbids it, before anything is read from it: what stands in front
 * of this server might understand such a request in another way.
 */
public class RequestSyntaxFilter extends HttpFilter {

    /** Of two that differ, one would be judged here and the other elsewhere (RFC 9110 5.3). */
    private static final List<String> ONCE =
            List.of("Host", "Authorization", "Content-Type", "Content-Length", "Transfer-Encoding", "Origin");

    private static final Set<String> BODILESS = Set.of("GET", "HEAD", "OPTIONS");

    private final transient AuditLog audit;

    @Inject
    public RequestSyntaxFilter(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (mayHaveHiddenBody(request)) {
            response.setHeader("Connection", "close");
        }
        if (ONCE.stream().allMatch(name -> isOnce(name, request)) && endsClearly(request)) {
            chain.doFilter(request, response);
        } else {
            refuse(request, response);
        }
    }

    private static boolean isOnce(String name, HttpServletRequest request) {
        return Collections.list(request.getHeaders(name)).size() <= 1;
    }

    /** Else a part of the body could be taken for the next request (RFC 9112 6.3, 11.2). */
    private static boolean endsClearly(HttpServletRequest request) {
        String coding = request.getHeader("Transfer-Encoding");
        return (coding == null || coding.equalsIgnoreCase("chunked")) && isAsLongAsItSays(request);
    }

    /** Of a length beyond 64 bits, the container takes the lower ones. */
    private static boolean isAsLongAsItSays(HttpServletRequest request) {
        String length = request.getHeader("Content-Length");
        return length == null || length.strip().matches("0*" + request.getContentLengthLong());
    }

    /**
     * The container drops a length that is no number, one of several that differ, and one beside a transfer coding, before we
     * see it; after the first it would go on with the body as the next request.
     */
    private static boolean mayHaveHiddenBody(HttpServletRequest request) {
        return request.getContentLengthLong() < 0
                && request.getHeader("Transfer-Encoding") == null
                && !BODILESS.contains(request.getMethod());
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        audit.record(
                new AuditEvent.Refused(Trail.of(request), null, null, Endpoint.of(request), Reason.MALFORMED_REQUEST));
        response.setHeader("Connection", "close");
        ErrorAnswer.of(Reason.MALFORMED_REQUEST).writeTo(request, response);
    }
}
