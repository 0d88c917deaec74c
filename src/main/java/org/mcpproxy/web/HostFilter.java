package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Objects;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;

/**
 * Answers only for hosts that are ours. With DNS rebinding, a page of an attacker's domain reaches a server on this
 * machine as its own origin; its {@code Host} gives it away. Health is no part of this application, and answers to any
 * host: probes come by address. So does who reads the metrics; they are for whoever bears a token, which no such page has.
 */
public class HostFilter extends HttpFilter {

    private final transient KnownHosts hosts;
    private final transient boolean hasMetrics;
    private final transient AuditLog audit;

    @Inject
    public HostFilter(Settings settings, AuditLog audit) {
        this.hosts = KnownHosts.of(settings);
        this.hasMetrics = !settings.metricsTokens().isEmpty();
        this.audit = audit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (hosts.contain(host(request)) || isForMetrics(request)) {
            chain.doFilter(request, response);
        } else {
            audit.record(
                    new AuditEvent.Refused(Trail.of(request), null, null, Endpoint.of(request), Reason.HOST_FOREIGN));
            ErrorAnswer.of(Reason.HOST_FOREIGN).writeTo(request, response);
        }
    }

    private boolean isForMetrics(HttpServletRequest request) {
        return hasMetrics && MetricsServlet.PATH.equals(request.getRequestURI());
    }

    /** HTTP/2 has an {@code :authority} in the header's place (RFC 9113 8.3.1), which the container keeps elsewhere. */
    private static String host(HttpServletRequest request) {
        String header = request.getHeader("Host");
        boolean http2 = request.getProtocol().startsWith("HTTP/2");
        return header == null && http2
                ? request.getServerName() + ":" + request.getServerPort()
                : Objects.requireNonNullElse(header, "");
    }
}
