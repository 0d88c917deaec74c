package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.Trail;

/**
 * Gives every request its id, which is answered as {@code X-Request-Id}. An id that the client sends is not taken over:
 * it could make two requests look like one in the log.
 */
public class TrailFilter extends HttpFilter {

    static final String REQUEST_ID = "X-Request-Id";

    private final transient RandomGenerator random;

    @Inject
    public TrailFilter(RandomGenerator random) {
        this.random = random;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Trail trail = Trail.of(request);
        if (trail == null) {
            trail = new Trail(newId(), request.getRemoteAddr());
            trail.lay(request);
        }
        response.setHeader(REQUEST_ID, trail.requestId());
        chain.doFilter(request, response);
    }

    private String newId() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }
}
