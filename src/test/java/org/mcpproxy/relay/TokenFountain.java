package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.upstream.User;

/**
 * Put into the WAR by these tests alone: opens a grant and mints a token for it with the server's own beans, so that the
 * relay can be tried without a sign-on; and ends grants, as a revocation does.
 */
@WebServlet("/test/tokens")
public class TokenFountain extends HttpServlet {

    private final transient Settings settings;
    private final transient AccessTokens tokens;
    private final transient Grants grants;

    @Inject
    public TokenFountain(Settings settings, AccessTokens tokens, Grants grants) {
        this.settings = settings;
        this.tokens = tokens;
        this.grants = grants;
    }

    @Override
    protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String grant = UUID.randomUUID().toString();
        String user = request.getParameter("user");
        String client = request.getParameter("client");
        Scope scope = Scope.parse(request.getParameter("scope"));
        String resource = resource(request).toString();
        String[] groups = request.getParameterValues("groups");
        Instant now = Instant.now();
        Instant end = now.plusSeconds(600);
        Grant opened = new Grant(
                grant,
                client,
                new User("http://localhost", user, null, null, groups == null ? Set.of() : Set.of(groups)),
                scope,
                Resources.of(resource),
                now,
                end);
        grants.open(opened);
        AccessToken token = new AccessToken(
                        user,
                        client,
                        resource,
                        scope,
                        grant,
                        UUID.randomUUID().toString(),
                        end,
                        Optional.of(opened.profile()))
                .boundTo(Optional.ofNullable(request.getParameter("key")));
        response.getWriter().print(grant + " " + tokens.mint(token).value());
    }

    private URI resource(HttpServletRequest request) {
        return Optional.ofNullable(request.getParameter("at"))
                .map(settings::at)
                .orElseGet(() -> settings.defaultResource().orElseThrow());
    }

    @Override
    protected void doDelete(HttpServletRequest request, HttpServletResponse response) {
        grants.end(request.getParameter("grant"));
    }
}
