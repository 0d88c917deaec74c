package org.mcpproxy.okta;

import com.nimbusds.jwt.JWTParser;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.oauth2.server.authorization.OAuth2Authorization;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Ends the org's session in this browser (OpenID Connect RP-Initiated Logout); tokens live on, as at Okta. Okta demands
 * the hint, which the standard only recommends.
 */
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
        if (!isFor(request.getParameter("id_token_hint"), request.getParameter("client_id"))) {
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

    /**
     * Whether the hint is an ID token of ours, for this application, and of the person who is signed in here, if any. It
     * may be expired, or replaced by a newer one.
     */
    private boolean isFor(String hint, String clientId) {
        OAuth2Authorization signOn = hint == null ? null : signOns.issuerOf(hint);
        return signOn != null
                && audience(hint).equals(List.of(signOn.getRegisteredClientId()))
                && (clientId == null || clientId.equals(signOn.getRegisteredClientId()))
                && isWhoIsSignedIn(signOn.getPrincipalName());
    }

    private static boolean isWhoIsSignedIn(String login) {
        Authentication signedIn = SecurityContextHolder.getContext().getAuthentication();
        return signedIn == null || signedIn.getName().equals(login);
    }

    /** None where it is no JWT: codes and refresh tokens are none. */
    private static List<String> audience(String token) {
        try {
            return JWTParser.parse(token).getJWTClaimsSet().getAudience();
        } catch (ParseException e) {
            return List.of();
        }
    }

    private static String withState(String uri, String state) {
        if (state == null) {
            return uri;
        }
        return uri + (uri.contains("?") ? "&" : "?") + "state=" + URLEncoder.encode(state, StandardCharsets.UTF_8);
    }
}
