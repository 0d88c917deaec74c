package org.mcpproxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;
import org.mcpproxy.web.LingeringClose;
import org.mcpproxy.web.RequestBody;
import org.mcpproxy.web.ShortBody;

/** One request at an MCP endpoint, until it is on its way to the backend or refused; knows what is known of it so far. */
final class Arrival {

    private static final List<McpBody.Act> NOTHING_READ = List.of(new McpBody.Act(null, null));

    private final Relay relay;
    private final BearerCheck check;
    private final McpEndpoint resource;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final ServletTurn turn;
    private final List<Header> headers;
    private final long since = System.nanoTime();

    private Caller caller;
    private Admission admission;
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
        this.turn = new ServletTurn(request, response);
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
        RelayLimits limits = resource.limits();
        RequestBody.Bounds bounds = new RequestBody.Bounds(
                limits.sizes().body(), admission.body(), limits.times().body());
        byte[] come = begin(bounds);
        if (come.length > 0 && come.length == request.getContentLengthLong()) {
            relayBody(come);
            return;
        }
        turn.leaveThread();
        LingeringClose closing = new LingeringClose(response, relay.threads(), this::abandon);
        RequestBody.read(
                request,
                bounds,
                come,
                relay.threads(),
                closing,
                this::relayBody,
                rejection -> refuse(rejection, closing));
    }

    private byte[] begin(RequestBody.Bounds bounds) {
        try {
            return ShortBody.begin(request, bounds);
        } catch (IOException e) {
            // What may still come of the body would be taken for the next request.
            response.setHeader("Connection", "close");
            throw Rejection.of(Reason.REQUEST_INCOMPLETE, e);
        }
    }

    /**
     * What is good once is used after the caller's limits are asked: whoever is beyond them fills no memory of ours.
     *
     * @throws Rejection where nobody may call so, or there is no room
     */
    private void admit() {
        BearerCheck.Checked checked = check.check(request, resource);
        caller = checked.caller();
        caller.pass().ifPresent(this::answerNode);
        admission = relay.admissions().admit(caller, resource.backend());
        checked.use().run();
    }

    /** For another node, which is about to hand something on. */
    void prove() {
        check.check(request, resource).caller().pass().ifPresent(this::prove);
        response.setStatus(HttpServletResponse.SC_NO_CONTENT);
    }

    private void prove(NodePass pass) {
        Header proof = relay.nodes().proof(pass);
        response.setHeader(proof.name(), proof.value());
    }

    private void answerNode(NodePass pass) {
        prove(pass);
        if (!check.standing(caller)) {
            throw Rejection.of(Reason.TOKEN_REVOKED);
        }
    }

    private void relayBody(byte[] body) {
        if (!MessageReader.isLarge(body)) {
            relayMessage(body);
            return;
        }
        turn.leaveThread();
        if (!relay.threads().runLarge(caller.holder(), () -> relayMessage(body))) {
            refuse(Relay.full());
        }
    }

    private void relayMessage(byte[] body) {
        goOn(() -> {
            caller.pass().ifPresent(pass -> pass.requireFor(body));
            McpBody read = MessageReader.read(body);
            message = Optional.of(read);
            id = read.requestId();
            relay.admissions()
                    .countBatch(caller, resource.backend(), read.messages().size());
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
        RelayRequest relayed = relay.sessions()
                .read(new RelayRequest(
                        Trail.of(request), resource, caller, request.getMethod(), era, mcp, headers, message, since));
        Runnable sending = () -> goOn(() -> send(relayed, body));
        boolean credentialAtHand = relay.credentials().isAtHand(resource.backend(), caller);
        boolean begun = true;
        boolean waits = !credentialAtHand
                || !relay.policy().isAtHand(relayed)
                || !relay.sessions().isKnown(relayed);
        if (waits) {
            turn.leaveThread();
        }
        if (!credentialAtHand && BackendCredentials.mayAskOkta(resource.backend())) {
            begun = relay.threads().runForOkta(caller.holder(), sending);
        } else if (waits) {
            begun = relay.threads().runWaiting(caller.holder(), sending);
        } else {
            send(relayed, body);
        }
        if (!begun) {
            refuse(Relay.full());
        }
    }

    private void send(RelayRequest relayed, byte[] body) {
        RelayRequest allowed = relay.policy().require(relayed);
        relay.sessions().require(allowed);
        new Exchange(relay, check, allowed, turn, admission).start(body);
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
        Optional<NodePass> pass = Optional.ofNullable(caller).flatMap(Caller::pass);
        relay.write(
                ErrorAnswer.of(rejection, resource, id, headers)
                        .with(relay.nodes().refusal(pass, rejection)),
                response);
    }

    /** Gives the request's place back. Whatever is to be answered has been written, or is before this thread leaves. */
    void abandon() {
        if (admission != null) {
            admission.close();
        }
        turn.complete();
    }

    private void audit(Reason reason) {
        Actor actor =
                caller == null ? Actor.of(request) : new Actor(caller.user().orElse(null), caller.client());
        for (McpBody.Act act : message.map(McpBody::acts).orElse(NOTHING_READ)) {
            relay.audit()
                    .record(new AuditEvent.Refused(
                            Trail.of(request),
                            actor.user(),
                            actor.client(),
                            resource.path(),
                            act.method(),
                            act.name(),
                            reason));
        }
    }

    private static List<Header> headers(HttpServletRequest request) {
        List<Header> headers = new ArrayList<>();
        for (String name : Collections.list(request.getHeaderNames())) {
            for (String value : Collections.list(request.getHeaders(name))) {
                headers.add(new Header(name, value));
            }
        }
        return headers;
    }
}
