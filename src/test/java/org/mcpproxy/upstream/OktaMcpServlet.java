package org.mcpproxy.upstream;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Says who calls, in the relay's place; at {@code /open}, what the container knows without being asked. */
@WebServlet(urlPatterns = {"/okta/mcp", "/open"})
public class OktaMcpServlet extends HttpServlet {

    private final transient OktaAccessTokens tokens;

    @Inject
    OktaMcpServlet(OktaAccessTokens tokens) {
        this.tokens = tokens;
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        response.getWriter().print(request.getServletPath().equals("/open") ? principal(request) : caller(request));
    }

    private static String principal(HttpServletRequest request) {
        return String.valueOf(request.getUserPrincipal());
    }

    private String caller(HttpServletRequest request) {
        try {
            String token = request.getHeader("Authorization").substring("Bearer ".length());
            OktaAccessToken verified = tokens.verify(new Secret(token), request);
            return verified.user() + " " + verified.client() + " " + verified.scope() + " as "
                    + request.getUserPrincipal().getName();
        } catch (Rejection e) {
            return e.reason().name();
        }
    }
}
