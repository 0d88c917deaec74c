package org.mcpproxy.web;

import jakarta.inject.Inject;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditLog;
import org.mcpproxy.audit.Endpoint;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;

/**
 * Cross-origin rules, before anything else can answer (Fetch standard, CORS protocol): a preflight carries no token, so
 * it must not meet a check that wants one, and a page can only read a challenge or an error that carries these headers.
 *
 * <p>A request from a foreign origin is refused (MCP, Streamable HTTP, security warning), but for a form that begins a
 * sign-on, which a link may as well. Credentials are never allowed: no endpoint that scripts call reads a cookie; and scripts
 * never call the authorization endpoint (RFC 9700 2.6).
 */
public class CorsFilter extends HttpFilter {

    private static final String METHODS = "GET, POST, PUT, DELETE, OPTIONS";
    private static final String EXPOSED =
            "WWW-Authenticate, DPoP-Nonce, Mcp-Session-Id, MCP-Protocol-Version, Retry-After, X-Request-Id";
    private static final String TEN_MINUTES = "600";
    private static final String AUTHORIZATION_ENDPOINT = "/oauth2/v1/authorize";

    private final transient CorsOrigins origins;
    private final transient AuditLog audit;

    @Inject
    public CorsFilter(Settings settings, AuditLog audit) {
        this.origins = settings.corsOrigins();
        this.audit = audit;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        String origin = request.getHeader("Origin");
        boolean allowed = origin != null && origins.allow(origin);
        boolean readable = allowed && !isAuthorizationEndpoint(request);
        response.addHeader("Vary", "Origin");
        if (readable) {
            response.setHeader("Access-Control-Allow-Origin", origin);
            response.setHeader("Access-Control-Expose-Headers", EXPOSED);
        }
        if (request.getMethod().equals("OPTIONS")) {
            answerPreflight(request, response, readable);
        } else if (origin == null || allowed || beginsSignOn(request)) {
            chain.doFilter(request, response);
        } else {
            refuse(request, response);
        }
    }

    /** OpenID Connect Core 3.1.2.1: the client's page sends the browser here. No script of its gets to read the answer. */
    private static boolean beginsSignOn(HttpServletRequest request) {
        return "POST".equals(request.getMethod()) && AUTHORIZATION_ENDPOINT.equals(request.getRequestURI());
    }

    /** With a slash at its end, too, as JAX-RS takes it. */
    private static boolean isAuthorizationEndpoint(HttpServletRequest request) {
        String path = request.getRequestURI();
        return path.equals(AUTHORIZATION_ENDPOINT) || path.equals(AUTHORIZATION_ENDPOINT + "/");
    }

    private static void answerPreflight(HttpServletRequest request, HttpServletResponse response, boolean readable) {
        if (readable) {
            response.setHeader("Access-Control-Allow-Methods", METHODS);
            response.setHeader("Access-Control-Max-Age", TEN_MINUTES);
            response.addHeader("Vary", "Access-Control-Request-Headers");
            String headers = PreflightHeaders.allowed(request.getHeader("Access-Control-Request-Headers"));
            response.setHeader("Access-Control-Allow-Headers", headers);
        }
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private void refuse(HttpServletRequest request, HttpServletResponse response) throws IOException {
        audit.record(
                new AuditEvent.Refused(Trail.of(request), null, null, Endpoint.of(request), Reason.ORIGIN_FOREIGN));
        ErrorAnswer.of(Reason.ORIGIN_FOREIGN).writeTo(request, response);
    }
}
