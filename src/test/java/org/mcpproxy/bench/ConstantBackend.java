package org.mcpproxy.bench;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.startup.Tomcat;

/** Answers every MCP request with the same JSON at once, so that what is measured is the way there and back. */
final class ConstantBackend implements AutoCloseable {

    private final Tomcat tomcat = new Tomcat();

    static ConstantBackend start() throws IOException, LifecycleException {
        ConstantBackend backend = new ConstantBackend();
        Path folder = Files.createTempDirectory("constant-backend");
        folder.toFile().deleteOnExit();
        backend.tomcat.setBaseDir(folder.toString());
        backend.tomcat.setPort(0);
        backend.tomcat.getConnector().setProperty("address", "127.0.0.1");
        // Without it, Tomcat would close every connection after a hundred requests.
        backend.tomcat.getConnector().setProperty("maxKeepAliveRequests", "-1");
        Context web = backend.tomcat.addContext("", folder.toString());
        Tomcat.addServlet(web, "constant", new Constant());
        web.addServletMapping("/mcp", "constant");
        backend.tomcat.start();
        return backend;
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + tomcat.getConnector().getLocalPort() + "/mcp");
    }

    @Override
    public void close() throws LifecycleException {
        tomcat.stop();
        tomcat.destroy();
    }

    private static final class Constant extends HttpServlet {

        private static final long serialVersionUID = 1;
        private static final byte[] ANSWER =
                "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"5\"}]}}"
                        .getBytes(StandardCharsets.UTF_8);

        @Override
        protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
            request.getInputStream().readAllBytes();
            response.setContentType("application/json");
            response.setContentLength(ANSWER.length);
            response.getOutputStream().write(ANSWER);
        }
    }
}
