package org.mcpproxy.relay;

import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;

/** Endpoints that tests need. */
final class Endpoints {

    private Endpoints() {}

    /** That of the default backend. */
    static McpEndpoint standard() {
        return standard(Samples.settings());
    }

    static McpEndpoint standard(Settings settings) {
        return McpEndpoint.forOwnTokens("/mcp", settings.backends().standard().orElseThrow(), settings);
    }

    static McpEndpoint named(String name) {
        return named(name, Samples.settings());
    }

    static McpEndpoint named(String name, Settings settings) {
        return McpEndpoint.forOwnTokens("/" + name + "/mcp", Samples.backend(name), settings);
    }
}
