package org.mcpproxy.okta;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.springframework.web.filter.OncePerRequestFilter;

/** Ends the org's session in this browser (OpenID Connect RP-Initiated Logout); tokens live on, as at Okta. */
final class LogoutEndpoint extends OncePerRequestFilter {

    private final String path;
    private final OktaApplications applications;
    private final OktaSignOns signOns;

    LogoutEndpoint(String path, OktaApplications applications, OktaSignOns signOns) {
        this.path = path;
        this.applications = applications;
        this.signOns = signOns;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return !path.equals(request.getRequestURI());
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (!knowsTheApplication(request)) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "invalid id_token_hint or client_id");
            return;
        }
        String returnTo = request.getParameter("post_logout_redirect_uri");
        if (returnTo != null && !applications.allowsPostLogoutRedirect(returnTo)) {
            response.sendError(HttpServletResponse.SC_BAD_REQUEST, "unknown post_logout_redirect_uri");
            return;
        }
        HttpSession session = request.getSession(false);
        if (session != null) {
            session.invalidate();
        }
        if (returnTo == null) {
            response.sendRedirect(request.getContextPath() + Endpoint.SIGN_IN.path(false));
        } else {
            response.sendRedirect(withState(returnTo, request.getParameter("state")));
        }
    }

    private boolean knowsTheApplication(HttpServletRequest request) {
        String hint = request.getParameter("id_token_hint");
        String clientId = request.getParameter("client_id");
        if (hint == null) {
            return clientId != null && applications.findByClientId(clientId) != null;
        }
        String issuedTo = signOns.applicationOf(hint);
        return issuedTo != null && (clientId == null || clientId.equals(issuedTo));
    }

    private static String withState(String uri, String state) {
        if (state == null) {
            return uri;
        }
        return uri + (uri.contains("?") ? "&" : "?") + "state=" + URLEncoder.encode(state, StandardCharsets.UTF_8);
    }
}
