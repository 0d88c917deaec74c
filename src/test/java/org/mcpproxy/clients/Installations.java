package org.mcpproxy.clients;

import java.net.URI;
import org.junit.jupiter.api.extension.*;

final class Installations implements ParameterResolver {
    public boolean supportsParameter(ParameterContext p, ExtensionContext e) {
        return p.isAnnotated(Behind.class);
    }

    public Object resolveParameter(ParameterContext p, ExtensionContext e) {
        return new Installation(URI.create(
                p.findAnnotation(Behind.class).get().value() == McpBackend.Kind.MODERN
                        ? "http://localhost:4104/mcp"
                        : "http://localhost:4103/mcp"));
    }
}
