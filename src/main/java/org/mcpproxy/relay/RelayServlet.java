package org.mcpproxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.TracelessServlet;

/** MCP endpoints: which requests they take, and from which pages. */
abstract class RelayServlet extends TracelessServlet {

    private static final String ALLOWED = "GET, POST, DELETE, OPTIONS";

    /** What all endpoints share. */
    abstract Relay relay();

    /** Who may call them. */
    abstract BearerCheck check();

    /** The endpoint that a request came to. */
    abstract McpEndpoint endpoint(HttpServletRequest request);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        BearerCheck check = NodePassCheck.isMeant(request) ? relay().nodes().check() : check();
        McpEndpoint endpoint = endpoint(request);
        Arrival arrival = new Arrival(relay(), check, endpoint, request, response);
        try {
            RequestGate.requireSize(arrival.headers(), endpoint.limits().sizes().headers());
            RequestGate.requireOrigin(arrival.headers(), relay().settings().corsOrigins());
            switch (request.getMethod()) {
                case "OPTIONS" -> {
                    response.setHeader("Allow", ALLOWED);
                    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                }
                case "GET", "DELETE" -> arrival.relay();
                case "POST" -> arrival.readAndRelay();
                default -> {
                    response.setHeader("Allow", ALLOWED);
                    throw Rejection.of(Reason.HTTP_METHOD_UNSUPPORTED);
                }
            }
        } catch (Rejection e) {
            arrival.refuse(e);
        } catch (IOException | RuntimeException e) {
            arrival.abandon();
            throw e;
        }
    }
}
