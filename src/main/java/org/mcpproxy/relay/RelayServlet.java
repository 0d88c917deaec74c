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

    /** In bytes: no header field is longer with this server, and the pass of another node is one. */
    private static final int LONGEST_PASS = 32 * 1024;

    /** What all endpoints share. */
    abstract Relay relay();

    /** Who may call them. */
    abstract BearerCheck check();

    /** The endpoint that a request came to. */
    abstract McpEndpoint endpoint(HttpServletRequest request);

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        boolean handedOn = NodePassCheck.isMeant(request);
        BearerCheck check = handedOn ? relay().nodes().check() : check();
        McpEndpoint endpoint = endpoint(request);
        int longest = endpoint.limits().sizes().headers() + (handedOn ? LONGEST_PASS : 0);
        Arrival arrival = new Arrival(relay(), check, endpoint, request, response);
        try {
            RequestGate.requireSize(arrival.headers(), longest);
            RequestGate.requireOrigin(arrival.headers(), relay().settings().corsOrigins());
            switch (request.getMethod()) {
                case "OPTIONS" -> {
                    response.setHeader("Allow", ALLOWED);
                    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                }
                case "GET", "DELETE" -> {
                    if (NodePassCheck.asksForProof(request)) {
                        arrival.prove();
                    } else {
                        arrival.relay();
                    }
                }
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
