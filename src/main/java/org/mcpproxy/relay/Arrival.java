package org.mcpproxy.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;
import org.mcpproxy.web.LingeringClose;
import org.mcpproxy.web.RequestBody;

/** One request at an MCP endpoint, until it is on its way to the backend or refused; knows what is known of it so far. */
final class Arrival {

    private final Relay relay;
    private final BearerCheck check;
    private final McpEndpoint resource;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final List<Header> headers;
    private final long since = System.nanoTime();

    private Caller caller;
    private Admission admission;
    private AsyncContext async;
    private Optional<McpBody> message = Optional.empty();
    private Optional<RequestId> id = Optional.empty();

    Arrival(
            Relay relay,
            BearerCheck check,
            McpEndpoint resource,
            HttpServletRequest request,
            HttpServletResponse response) {
        this.relay = relay;
        this.check = check;
        this.resource = resource;
        this.request = request;
        this.response = response;
        this.headers = headers(request);
    }

    List<Header> headers() {
        return headers;
    }

    /** A GET or DELETE. */
    void relay() {
        admit();
        McpHeaders mcp = McpHeaders.of(headers);
        send(Era.of(mcp), mcp, new byte[0]);
    }

    /** A POST, once its body has come. */
    void readAndRelay() throws IOException {
        admit();
        RequestGate.requirePlainUtf8(headers);
        async = async();
        RelayLimits limits = relay.limits();
        LingeringClose closing = new LingeringClose(response, relay.threads(), this::abandon);
        RequestBody.read(
                request,
                new RequestBody.Bounds(
                        limits.sizes().body(), admission.body(), limits.times().body()),
                relay.threads(),
                closing,
                this::relayBody,
                rejection -> refuse(rejection, closing));
    }

    /** @throws Rejection where nobody may call so, or there is no room */
    private void admit() {
        caller = check.caller(request, resource);
        caller.pass().map(relay.nodes()::proof).ifPresent(proof -> response.setHeader(proof.name(), proof.value()));
        admission = relay.admit(caller);
    }

    private void relayBody(byte[] body) {
        if (!MessageReader.isLarge(body)) {
            relayMessage(body);
        } else if (!relay.threads().runLarge(() -> relayMessage(body))) {
            refuse(Relay.full());
        }
    }

    private void relayMessage(byte[] body) {
        goOn(() -> {
            caller.pass().ifPresent(pass -> pass.requireFor(body));
            McpBody read = MessageReader.read(body);
            message = Optional.of(read);
            id = read.requestId();
            McpHeaders mcp = McpHeaders.of(headers);
            Era era = Era.of(mcp, read);
            era.require(mcp, read);
            send(era, mcp, body);
        });
    }

    /** Nobody else would hear of what goes wrong on a thread of ours, and the request would hang. */
    private void goOn(Runnable work) {
        try {
            work.run();
        } catch (MalformedMessage e) {
            id = e.id();
            refuse(Rejection.of(e.reason()));
        } catch (Rejection e) {
            refuse(e);
        } catch (RuntimeException e) {
            Failures.log(Trail.of(request), e);
            refuse(Rejection.of(Reason.INTERNAL_ERROR, e));
        }
    }

    private void send(Era era, McpHeaders mcp, byte[] body) {
        RelayRequest relayed = new RelayRequest(
                Trail.of(request), resource, caller, request.getMethod(), era, mcp, headers, message, since);
        if (async == null) {
            async = async();
        }
        Runnable sending = () -> goOn(() -> send(relayed, body));
        boolean credentialAtHand = relay.credentials().isAtHand(resource.backend(), caller);
        boolean begun = true;
        if (!credentialAtHand && BackendCredentials.mayAskOkta(resource.backend())) {
            begun = relay.threads().runForOkta(sending);
        } else if (!credentialAtHand || !relay.sessions().isKnown(relayed)) {
            begun = relay.threads().runWaiting(sending);
        } else {
            send(relayed, body);
        }
        if (!begun) {
            refuse(Relay.full());
        }
    }

    private void send(RelayRequest relayed, byte[] body) {
        relay.sessions().require(relayed);
        new Exchange(relay, check, relayed, async, admission).start(body);
    }

    /** Ends the request with this error. */
    void refuse(Rejection rejection) {
        try {
            answer(rejection);
        } catch (IOException e) {
            // The client has gone; there is nobody left to tell.
        } finally {
            abandon();
        }
    }

    /** As {@link #refuse(Rejection)}, where the body has not come whole. */
    private void refuse(Rejection rejection, LingeringClose closing) {
        try {
            closing.announce();
            answer(rejection);
        } catch (IOException e) {
            // The client has gone; there is nobody left to tell.
        } finally {
            closing.answered();
        }
    }

    private void answer(Rejection rejection) throws IOException {
        audit(rejection.reason());
        relay.write(ErrorAnswer.of(rejection, resource, id), response);
    }

    /** Gives the request's place back. Whatever is to be answered has been written, or is before this thread leaves. */
    void abandon() {
        if (admission != null) {
            admission.close();
        }
        if (async != null) {
            async.complete();
        }
    }

    private void audit(Reason reason) {
        relay.audit()
                .record(new AuditEvent.Refused(
                        Trail.of(request),
                        caller == null ? null : caller.user().orElse(null),
                        caller == null ? null : caller.client(),
                        resource.path(),
                        message.map(McpBody::method).orElse(null),
                        message.map(McpBody::name).orElse(null),
                        reason));
    }

    private AsyncContext async() {
        AsyncContext begun = request.startAsync();
        // Our own clocks end what takes too long; a stream may stay open for days.
        begun.setTimeout(0);
        return begun;
    }

    private static List<Header> headers(HttpServletRequest request) {
        return Collections.list(request.getHeaderNames()).stream()
                .flatMap(name ->
                        Collections.list(request.getHeaders(name)).stream().map(value -> new Header(name, value)))
                .toList();
    }
}
