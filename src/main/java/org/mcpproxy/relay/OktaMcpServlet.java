package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import org.mcpproxy.config.Settings;

/** The default backend for Okta's own access tokens; it does not exist where {@code OKTA_AUDIENCE} is not set. */
@WebServlet(urlPatterns = OktaMcpServlet.PATH, asyncSupported = true)
public class OktaMcpServlet extends RelayServlet {

    static final String PATH = "/okta/mcp";

    private final transient Relay relay;
    private final transient OktaTokenCheck check;
    private final transient Optional<McpEndpoint> endpoint;

    @Inject
    public OktaMcpServlet(Relay relay, OktaTokenCheck check) {
        this.relay = relay;
        this.check = check;
        Settings settings = relay.settings();
        endpoint = settings.backends()
                .standard()
                .filter(backend -> settings.okta().audience().isPresent())
                .map(backend -> McpEndpoint.forOktaTokens(PATH, backend, settings));
    }

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (endpoint.isEmpty()) {
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        super.service(request, response);
    }

    @Override
    Relay relay() {
        return relay;
    }

    @Override
    BearerCheck check() {
        return check;
    }

    @Override
    McpEndpoint endpoint(HttpServletRequest request) {
        return endpoint.orElseThrow();
    }
}
