package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The other nodes: hands a request on to the one that its session lives on, and takes what they hand on. */
@Singleton
public class Nodes {

    /** What the answering node refuses a request for; no client gets to see it. */
    private static final String REFUSAL = "X-Node-Refusal";

    /** Whether it refuses the connection or does not answer: a host without power, or a network that drops what is for it. */
    private static final Set<Reason> GONE = Set.of(Reason.BACKEND_UNAVAILABLE, Reason.BACKEND_TIMEOUT);

    private final TransportClients http;
    private final NodePasses passes;
    private final NodeProofs proofs;
    private final NodeRefusals refusals;
    private final NodePassCheck check;

    @Inject
    public Nodes(
            TransportClients http, NodePasses passes, NodeProofs proofs, NodeRefusals refusals, NodePassCheck check) {
        this.http = http;
        this.passes = passes;
        this.proofs = proofs;
        this.refusals = refusals;
        this.check = check;
    }

    /** For requests that another node hands on. */
    BearerCheck check() {
        return check;
    }

    /** Shows the node that made this pass that we could open it. */
    Header proof(NodePass pass) {
        return proofs.of(pass);
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
        NodePass pass = passes.make(node, request.httpMethod(), path, session, body);
        Header credential = NodePassCheck.header(passes.seal(pass, request.caller()));
        List<Header> sent = Stream.concat(
                        headers.stream().filter(header -> !header.is("Authorization")), Stream.of(credential))
                .toList();
        URI url = URI.create(node + path);
        BackendClient client = http.ofNode(node, request.caller().holder());
        Handed handed = new Handed(pass, node);
        handed.begin(() -> client.send(request.httpMethod(), url, sent, body));
        return handed;
    }

    /** A request that is sent once its node has proven itself, unless it is given up before. */
    private final class Handed implements BackendClient.Call {

        private final NodePass pass;
        private final URI node;
        private final CompletableFuture<BackendClient.Call> sent = new CompletableFuture<>();

        Handed(NodePass pass, URI node) {
            this.pass = pass;
            this.node = node;
        }

        /** @param sending holds the body, and is not kept */
        void begin(Supplier<BackendClient.Call> sending) {
            isThere().thenAccept(there -> {
                if (!there) {
                    sent.completeExceptionally(Rejection.of(Reason.SESSION_UNKNOWN));
                } else if (!sent.isDone()) {
                    send(sending);
                }
            });
        }

        private CompletionStage<Boolean> isThere() {
            return proofs.isThere(node, pass.path());
        }

        private void send(Supplier<BackendClient.Call> sending) {
            try {
                BackendClient.Call call = sending.get();
                if (!sent.complete(call)) {
                    call.cancel();
                    call.answer().thenAccept(Discarded::body);
                }
            } catch (RuntimeException e) {
                sent.completeExceptionally(e);
            }
        }

        @Override
        public CompletionStage<BackendClient.Answer> answer() {
            return sent.thenCompose(BackendClient.Call::answer).handle((answer, failure) -> {
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

        /** One that has stopped is gone: its client is to initialize again. */
        @Override
        public CompletionStage<Reason> late() {
            return isThere().thenApply(there -> there ? Reason.BACKEND_TIMEOUT : Reason.SESSION_UNKNOWN);
        }

        @Override
        public void cancel() {
            if (!sent.cancel(false)) {
                sent.thenAccept(BackendClient.Call::cancel);
            }
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
            if (!proofs.isIn(answer, pass)) {
                Discarded.body(answer);
                throw Rejection.of(Reason.SESSION_UNKNOWN);
            }
        }
    }
}
