package org.mcpproxy.demo;

import java.net.URI;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.system.ProxySystem;

/** The three parts of the demo, which start and stop together. */
final class DemoParts implements AutoCloseable {

    private final Deque<AutoCloseable> running = new ArrayDeque<>();
    private OktaTenant okta;
    private DemoMcpServer backend;
    private ProxySystem proxy;

    /** @throws DemoException where one does not start */
    void start(int port) {
        okta = started("The stand-in Okta", OktaTenant::start);
        okta.allowRedirect(URI.create("http://localhost:" + port + "/oauth/callback"));
        okta.allowPostLogoutRedirect(URI.create("http://localhost:" + port + "/"));
        backend = started("The demo's MCP server", DemoMcpServer::start);
        proxy = started(
                "The proxy",
                () -> ProxySystem.plan()
                        .optimized()
                        .named("demo")
                        .onPort(port)
                        .with("OKTA_ISSUER", okta.issuer())
                        .with("OKTA_CLIENT_ID", okta.clientId())
                        .with("OKTA_CLIENT_SECRET", okta.clientSecret())
                        .with("OKTA_AUDIENCE", okta.audience())
                        .with("MCP_BACKEND", backend.uri())
                        .start());
    }

    URI mcp() {
        return proxy.mcp();
    }

    URI issuer() {
        return okta.issuer();
    }

    URI backend() {
        return backend.uri();
    }

    void awaitEnd() {
        ProcessHandle.of(proxy.pid()).ifPresent(process -> process.onExit().join());
    }

    /** Stops what has started, the last first; what cannot be stopped in order ends with this JVM. */
    @Override
    public void close() {
        for (AutoCloseable part = next(); part != null; part = next()) {
            try {
                part.close();
            } catch (Exception e) {
                System.err.println("Not stopped in order: " + e.getMessage());
            }
        }
    }

    private synchronized AutoCloseable next() {
        return running.poll();
    }

    private <P extends AutoCloseable> P started(String name, Supplier<P> start) {
        try {
            P part = start.get();
            synchronized (this) {
                running.push(part);
            }
            return part;
        } catch (RuntimeException | AssertionError e) {
            throw new DemoException(name + " did not start: " + e.getMessage());
        }
    }
}
