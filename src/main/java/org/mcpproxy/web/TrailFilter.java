package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.HexFormat;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.TrustedProxies;

/**
 * Gives every request its id, which is answered as {@code X-Request-Id}, and finds out where it came from. An id that the
 * client sends is not taken over: it could make two requests look like one in the log.
 */
public class TrailFilter extends HttpFilter {

    static final String REQUEST_ID = "X-Request-Id";

    private static final String FORWARDED_FOR = "X-Forwarded-For";

    private final transient TrustedProxies proxies;
    private final transient RandomGenerator random;

    @Inject
    public TrailFilter(Settings settings, RandomGenerator random) {
        this.proxies = settings.trustedProxies();
        this.random = random;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        Trail trail = Trail.of(request);
        if (trail == null) {
            trail = new Trail(newId(), address(request));
            trail.lay(request);
        }
        response.setHeader(REQUEST_ID, trail.requestId());
        chain.doFilter(request, response);
    }

    private String address(HttpServletRequest request) {
        return proxies.clientOf(request.getRemoteAddr(), Collections.list(request.getHeaders(FORWARDED_FOR)));
    }

    private String newId() {
        return HexFormat.of().toHexDigits(random.nextLong());
    }
}
