package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.servlet.annotation.WebServlet;

/** The MCP endpoint that takes our own tokens. */
@WebServlet(urlPatterns = McpServlet.PATH, asyncSupported = true)
public class McpServlet extends RelayServlet {

    static final String PATH = "/mcp";

    private final transient Relay relay;
    private final transient OwnTokenCheck check;
    private final transient McpEndpoint resource;

    @Inject
    public McpServlet(Relay relay, OwnTokenCheck check) {
        this.relay = relay;
        this.check = check;
        resource = McpEndpoint.forOwnTokens(PATH, relay.settings());
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
    McpEndpoint resource() {
        return resource;
    }
}
