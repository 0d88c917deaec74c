package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The other nodes: hands a request on to the one that its session lives on, and takes what they hand on. */
@Singleton
public class Nodes {

    /** The answering node's proof that it is one of ours; no client gets to see it. */
    private static final String PROOF = "X-Node-Proof";

    /** What it refuses the request for; no client gets to see it either. */
    private static final String REFUSAL = "X-Node-Refusal";

    /** Whether it refuses the connection or does not answer: a host without power, or a network that drops what is for it. */
    private static final Set<Reason> GONE = Set.of(Reason.BACKEND_UNAVAILABLE, Reason.BACKEND_TIMEOUT);

    private static final Logger LOG = System.getLogger(Nodes.class.getName());

    private final TransportClients http;
    private final NodePasses passes;
    private final NodeRefusals refusals;
    private final NodePassCheck check;

    @Inject
    public Nodes(TransportClients http, NodePasses passes, NodeRefusals refusals, NodePassCheck check) {
        this.http = http;
        this.passes = passes;
        this.refusals = refusals;
        this.check = check;
    }

    /** For requests that another node hands on. */
    BearerCheck check() {
        return check;
    }

    /** Shows the node that made this pass that we could open it. */
    Header proof(NodePass pass) {
        return new Header(PROOF, passes.prove(pass));
    }

    /** Tells the node that handed a request on, if any, why it is refused. */
    Optional<Header> refusal(Optional<NodePass> pass, Rejection why) {
        return pass.map(known -> new Header(REFUSAL, refusals.seal(known, why)));
    }

    /** Speaks to that node; fails with {@code SESSION_UNKNOWN} where it is gone, and the session with it. */
    BackendClient at(URI node, RelayRequest request) {
        return (method, url, headers, body) -> send(node, request, headers, body);
    }

    private BackendClient.Call send(URI node, RelayRequest request, List<Header> headers, byte[] body) {
        String path = request.resource().path();
        String session = request.session().map(NamedSession::id).orElse("");
        NodePass pass = passes.make(request.httpMethod(), path, session, body);
        Header credential = new Header("Authorization", NodePassCheck.SCHEME + passes.seal(pass, request.caller()));
        List<Header> sent = Stream.concat(
                        headers.stream().filter(header -> !header.is("Authorization")), Stream.of(credential))
                .toList();
        URI url = URI.create(node + path);
        BackendClient client = http.ofNode(node, request.caller().holder());
        return new Handed(client.send(request.httpMethod(), url, sent, body), pass, node);
    }

    private final class Handed implements BackendClient.Call {

        private final BackendClient.Call call;
        private final NodePass pass;
        private final URI node;

        Handed(BackendClient.Call call, NodePass pass, URI node) {
            this.call = call;
            this.pass = pass;
            this.node = node;
        }

        @Override
        public CompletionStage<BackendClient.Answer> answer() {
            return call.answer().handle((answer, failure) -> {
                if (failure != null) {
                    throw rejection(failure);
                }
                requireProof(answer);
                refusal(answer).ifPresent(refused -> {
                    Discarded.body(answer);
                    throw refused;
                });
                return answer;
            });
        }

        @Override
        public void cancel() {
            call.cancel();
        }

        /** The client is to initialize again, and will find another node. What is late here is the connection. */
        private RuntimeException rejection(Throwable failure) {
            Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
            boolean gone = cause instanceof Rejection known && GONE.contains(known.reason());
            return gone ? Rejection.of(Reason.SESSION_UNKNOWN, cause) : new CompletionException(cause);
        }

        /** For its client, this node refuses it then: its challenge is one of our own, and about the token of that client. */
        private Optional<Rejection> refusal(BackendClient.Answer answer) {
            return Header.values(answer.headers(), REFUSAL).stream()
                    .findFirst()
                    .flatMap(refusal -> refusals.open(pass, refusal));
        }

        private void requireProof(BackendClient.Answer answer) {
            boolean proven =
                    Header.values(answer.headers(), PROOF).stream().anyMatch(proof -> passes.isProven(pass, proof));
            if (!proven) {
                LOG.log(
                        Level.WARNING,
                        "What answers at {0}, the NODE_URL of another node, is none: it does not know our"
                                + " SESSION_SECRET_KEY, or its clock is off by more than 30 seconds.",
                        node);
                Discarded.body(answer);
                throw Rejection.of(Reason.SESSION_UNKNOWN);
            }
        }
    }
}
