package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;

/** The MCP endpoints that take our own tokens, one for each backend, and {@code /mcp} for the default. */
public class McpServlet extends RelayServlet {

    private final transient Relay relay;
    private final transient OwnTokenCheck check;
    private final transient Map<String, McpEndpoint> endpoints;

    @Inject
    public McpServlet(Relay relay, OwnTokenCheck check) {
        this.relay = relay;
        this.check = check;
        Settings settings = relay.settings();
        Backends backends = settings.backends();
        endpoints = backends.paths().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Function.identity(),
                        path -> McpEndpoint.forOwnTokens(path, backends.at(path).orElseThrow(), settings)));
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
        return endpoints.get(request.getServletPath());
    }
}
