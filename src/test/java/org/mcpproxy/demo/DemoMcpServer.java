package org.mcpproxy.demo;

import io.modelcontextprotocol.common.McpTransportContext;
import io.modelcontextprotocol.server.McpServer;
import io.modelcontextprotocol.server.McpSyncServer;
import io.modelcontextprotocol.server.transport.HttpServletStreamableServerTransportProvider;
import io.modelcontextprotocol.spec.McpSchema.ServerCapabilities;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;
import org.mcpproxy.okta.QuietLogs;

/** An MCP server over Streamable HTTP, on a free loopback port, that knows nothing of OAuth. */
public final class DemoMcpServer implements AutoCloseable {

    /** What the tool {@code headers} tells: names in lower case, as values may be secrets. */
    static final String HEADER_NAMES = "header-names";

    private static final String ENDPOINT = "/mcp";

    private final Tomcat tomcat = new Tomcat();
    private final McpSyncServer server;

    private DemoMcpServer() throws IOException, LifecycleException {
        HttpServletStreamableServerTransportProvider transport = HttpServletStreamableServerTransportProvider.builder()
                .mcpEndpoint(ENDPOINT)
                .contextExtractor(DemoMcpServer::headerNames)
                .build();
        server = McpServer.sync(transport)
                .serverInfo("demo", "1.0.0")
                .instructions("Small tools to try the proxy with.")
                .capabilities(ServerCapabilities.builder()
                        .tools(false)
                        .resources(false, false)
                        .prompts(false)
                        .build())
                .tools(DemoTools.all())
                .resources(DemoContent.resource())
                .prompts(DemoContent.prompt())
                .build();
        serve(transport);
    }

    /** @throws IllegalStateException where it cannot start */
    public static DemoMcpServer start() {
        QuietLogs.apply();
        try {
            return new DemoMcpServer();
        } catch (IOException | LifecycleException e) {
            throw new IllegalStateException("The demo's MCP server did not start: " + e.getMessage(), e);
        }
    }

    /** Where it listens. */
    public URI uri() {
        return URI.create("http://localhost:" + tomcat.getConnector().getLocalPort() + ENDPOINT);
    }

    @Override
    public void close() {
        server.close();
        try {
            tomcat.stop();
            tomcat.destroy();
        } catch (LifecycleException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve(Servlet transport) throws IOException, LifecycleException {
        Path folder = Files.createTempDirectory("demo-mcp-server");
        folder.toFile().deleteOnExit();
        tomcat.setBaseDir(folder.toString());
        tomcat.setPort(0);
        tomcat.getConnector().setProperty("address", "127.0.0.1");
        tomcat.getConnector().setThrowOnFailure(true);
        Context web = tomcat.addContext("", folder.toString());
        Tomcat.addServlet(web, "mcp", transport).setAsyncSupported(true);
        web.addServletMapping(ENDPOINT, "mcp");
        tomcat.start();
    }

    private static McpTransportContext headerNames(HttpServletRequest request) {
        TreeSet<String> names = new TreeSet<>();
        Collections.list(request.getHeaderNames()).forEach(name -> names.add(name.toLowerCase(Locale.ROOT)));
        return McpTransportContext.create(Map.of(HEADER_NAMES, String.join(", ", names)));
    }
}
