package org.mcpproxy.clients;

import java.util.Locale;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.mcpproxy.clients.McpBackend.Kind;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.ProxySystem.Plan;

/** One installation for each kind of backend, which all tests of a run share: started when first asked for. */
final class Installations implements ParameterResolver {

    private static final Namespace HERE = Namespace.create(Installations.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return parameter.isAnnotated(Behind.class) && (type == Installation.class || type == Running.class);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        Kind kind = parameter.findAnnotation(Behind.class).orElseThrow().value();
        Running running = context.getRoot().getStore(HERE).computeIfAbsent(kind, Installations::start, Running.class);
        return parameter.getParameter().getType() == Running.class ? running : running.installation();
    }

    private static Running start(Kind kind) {
        return Running.start(
                kind,
                ProxySystem.plan()
                        .named(kind.name().toLowerCase(Locale.ROOT))
                        .with("MCP_BACKEND_TRANSPORT", kind.transport()));
    }

    /** An installation and its backend; JUnit closes it after the last test. */
    record Running(Installation installation, McpBackend backend) implements AutoCloseable {

        static Running start(Kind kind, Plan plan) {
            McpBackend backend = McpBackend.start(kind);
            try {
                return new Running(Installation.start(plan, backend.url()), backend);
            } catch (RuntimeException | Error e) {
                backend.close();
                throw e;
            }
        }

        @Override
        public void close() {
            installation.close();
            backend.close();
        }
    }
}
