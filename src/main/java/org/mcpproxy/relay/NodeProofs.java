package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.mcpproxy.web.RequestThreads;

/**
 * Tells whether what listens at the address of a node is that node: no other opens a pass that is made for it. It is asked before
 * anything is handed on to it, so that a stranger who listens where a node was is told nothing, and a node that stands still, whose
 * system accepts connections all the same, is waited for no longer than a moment.
 */
@Singleton
public class NodeProofs {

    /** The answering node's proof; no client gets to see it. */
    private static final String HEADER = "X-Node-Proof";

    /** For how long it is believed; what is handed on to a node that stops meanwhile waits for its time-out. */
    private static final Duration BELIEVED = Duration.ofSeconds(2);

    /** More than a node takes that is busy, or collects its garbage. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final int MOST = 1_000;
    private static final byte[] NOTHING = {};

    /** A node asks for itself. */
    private static final Caller NOBODY = new Caller(Optional.empty(), "", new Scope(), Optional.empty(), Instant.EPOCH);

    private static final Logger LOG = System.getLogger(NodeProofs.class.getName());

    private final TransportClients http;
    private final NodePasses passes;
    private final RequestThreads threads;

    /** Keeps no node that has not proven itself: it is asked anew. Many who ask at once share one answer. */
    private final AsyncCache<URI, Boolean> proven = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(BELIEVED)
            .executor(Runnable::run)
            .buildAsync();

    @Inject
    public NodeProofs(TransportClients http, NodePasses passes, RequestThreads threads) {
        this.http = http;
        this.passes = passes;
        this.threads = threads;
    }

    /** Shows the node that made this pass that we could open it. */
    Header of(NodePass pass) {
        return new Header(HEADER, passes.prove(pass));
    }

    /** Whether it is the node that this pass was made for that answers so. */
    boolean isIn(BackendClient.Answer answer, NodePass pass) {
        boolean found =
                Header.values(answer.headers(), HEADER).stream().anyMatch(proof -> passes.isProven(pass, proof));
        if (!found) {
            LOG.log(
                    Level.WARNING,
                    "What answers at {0}, the NODE_URL of another node, is none: it does not know our"
                            + " SESSION_SECRET_KEY, or its clock is off by more than 30 seconds.",
                    pass.node().map(URI::toString).orElse(""));
        }
        return found;
    }

    /**
     * Whether that node is there, now or a moment ago. Does not wait.
     *
     * @param path of an endpoint that it has
     */
    CompletionStage<Boolean> isThere(URI node, String path) {
        return proven.get(node, (unproven, executor) -> ask(unproven, path)).thenApply(Boolean.TRUE::equals);
    }

    /** @return null where it has not proven itself */
    private CompletableFuture<Boolean> ask(URI node, String path) {
        NodePass pass = passes.make(node, "GET", path, "", NOTHING);
        BackendClient.Call call = http.ofNode(node, NOBODY.holder())
                .send(
                        "GET",
                        URI.create(node + path),
                        List.of(NodePassCheck.header(passes.seal(pass, NOBODY))),
                        NOTHING);
        CompletableFuture<Boolean> found = new CompletableFuture<>();
        Future<?> clock = threads.after(PATIENCE, () -> {
            found.complete(null);
            call.cancel();
        });
        call.answer().whenComplete((answer, failure) -> {
            clock.cancel(false);
            found.complete(failure == null && isIn(answer, pass) ? Boolean.TRUE : null);
            if (failure == null) {
                Discarded.body(answer);
            }
        });
        return found;
    }
}
