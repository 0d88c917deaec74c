package org.mcpproxy.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** An MCP endpoint: origin, token, body, the rules of the era, the session; then the request is on its way. */
abstract class RelayServlet extends HttpServlet {

    private static final Logger LOG = System.getLogger(RelayServlet.class.getName());
    private static final String ALLOWED = "GET, POST, DELETE, OPTIONS";

    /** What all endpoints share. */
    abstract Relay relay();

    /** Who may call this endpoint. */
    abstract BearerCheck check();

    /** This endpoint. */
    abstract McpEndpoint resource();

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response) throws IOException {
        long since = System.nanoTime();
        List<Header> headers = headers(request);
        Caller caller = null;
        if (!resource().path().equals(request.getRequestURI())) {
            // "//mcp" or "/mcp;x" would be served here, past the rules that a proxy in front has for "/mcp"
            response.sendError(HttpServletResponse.SC_NOT_FOUND);
            return;
        }
        try {
            RequestGate.requireOrigin(headers, relay().settings().corsOrigins());
            switch (request.getMethod()) {
                case "OPTIONS" -> {
                    response.setHeader("Allow", ALLOWED);
                    response.setStatus(HttpServletResponse.SC_NO_CONTENT);
                }
                case "GET", "DELETE" -> {
                    caller = check().caller(request);
                    relayBodiless(request, headers, caller, since);
                }
                case "POST" -> {
                    caller = check().caller(request);
                    RequestGate.requirePlainUtf8(headers);
                    relayBody(request, response, headers, caller, since);
                }
                default -> {
                    response.setHeader("Allow", ALLOWED);
                    throw Rejection.of(Reason.HTTP_METHOD_UNSUPPORTED);
                }
            }
        } catch (Rejection e) {
            refuse(request, response, caller, e, Optional.empty());
        }
    }

    private void relayBodiless(HttpServletRequest request, List<Header> headers, Caller caller, long since) {
        McpHeaders mcp = McpHeaders.of(headers);
        RelayRequest relayed = new RelayRequest(
                Trail.of(request),
                resource(),
                caller,
                request.getMethod(),
                Era.of(mcp),
                mcp,
                headers,
                Optional.empty(),
                new byte[0],
                since);
        relay().sessions().require(relayed.session(), caller);
        new Exchange(relay(), check(), relayed, async(request)).start();
    }

    private void relayBody(
            HttpServletRequest request, HttpServletResponse response, List<Header> headers, Caller caller, long since)
            throws IOException {
        AsyncContext async = async(request);
        RequestBody.read(
                request,
                relay().limits().body(),
                body -> relayMessage(request, response, async, headers, caller, body, since),
                rejection -> refuse(request, response, async, caller, rejection, Optional.empty()));
    }

    private void relayMessage(
            HttpServletRequest request,
            HttpServletResponse response,
            AsyncContext async,
            List<Header> headers,
            Caller caller,
            byte[] body,
            long since) {
        Optional<RequestId> id = Optional.empty();
        try {
            McpBody message = MessageReader.read(body);
            id = message.requestId();
            McpHeaders mcp = McpHeaders.of(headers);
            Era era = Era.of(mcp, message);
            era.require(mcp, message);
            RelayRequest relayed = new RelayRequest(
                    Trail.of(request),
                    resource(),
                    caller,
                    "POST",
                    era,
                    mcp,
                    headers,
                    Optional.of(message),
                    body,
                    since);
            relay().sessions().require(relayed.session(), caller);
            new Exchange(relay(), check(), relayed, async).start();
        } catch (MalformedMessage e) {
            refuse(request, response, async, caller, Rejection.of(e.reason()), e.id());
        } catch (Rejection e) {
            refuse(request, response, async, caller, e, id);
        } catch (RuntimeException e) {
            // The container would tell only the listener, which has done its part: the request would hang.
            LOG.log(Level.ERROR, "A request could not be relayed", e);
            refuse(request, response, async, caller, Rejection.of(Reason.INTERNAL_ERROR, e), id);
        }
    }

    private void refuse(
            HttpServletRequest request,
            HttpServletResponse response,
            AsyncContext async,
            Caller caller,
            Rejection rejection,
            Optional<RequestId> id) {
        try {
            refuse(request, response, caller, rejection, id);
        } catch (IOException e) {
            // The client has gone; there is nobody left to tell.
        } finally {
            async.complete();
        }
    }

    private void refuse(
            HttpServletRequest request,
            HttpServletResponse response,
            Caller caller,
            Rejection rejection,
            Optional<RequestId> id)
            throws IOException {
        relay().audit()
                .record(new AuditEvent.Refused(
                        Trail.of(request),
                        caller == null ? null : caller.user().orElse(null),
                        caller == null ? null : caller.client(),
                        resource().path(),
                        rejection.reason()));
        relay().write(ErrorAnswer.of(rejection, resource(), id), response);
    }

    private static AsyncContext async(HttpServletRequest request) {
        AsyncContext async = request.startAsync();
        // Our own clocks end what takes too long; a stream may stay open for days.
        async.setTimeout(0);
        return async;
    }

    private static List<Header> headers(HttpServletRequest request) {
        return Collections.list(request.getHeaderNames()).stream()
                .flatMap(name ->
                        Collections.list(request.getHeaders(name)).stream().map(value -> new Header(name, value)))
                .toList();
    }
}
