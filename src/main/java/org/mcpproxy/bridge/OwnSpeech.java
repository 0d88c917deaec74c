package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/** What we say to a server on our own behalf. Where it does not arrive, nobody misses it. */
final class OwnSpeech {

    private static final int METHOD_NOT_FOUND = -32601;

    /** A server hears of a disconnect within a second, with whatever credential. */
    private static final Duration FOR_CREDENTIAL = Duration.ofMillis(250);

    private final Supplier<Optional<Channel>> server;
    private final PendingRequests pending;
    private final Room room;
    /** Of the newest request: on their behalf we say what is about none. */
    private volatile Sender last;

    /**
     * @param server empty where there is none, or no more
     * @param room for what waits for a fresh credential
     */
    OwnSpeech(Supplier<Optional<Channel>> server, PendingRequests pending, Room room) {
        this.server = server;
        this.pending = pending;
        this.room = room;
    }

    /** Somebody else has spoken. */
    void after(Sender sender) {
        last = sender;
    }

    /** Nobody waits for these requests any more; what the server has not been sent of them, it never is. */
    void cancel(Outbound given) {
        given.requests().forEach((number, request) -> {
            if (pending.take(number).isPresent() && !request.withdraw()) {
                request.sent().thenRun(() -> tellLater(OwnMessages.cancelled(number), given.sender()));
            }
        });
    }

    /** Answers a request of a server that may ask nothing. */
    void refuse(Envelope request) {
        Sender known = last;
        if (known != null) {
            List<Outgoing> answer = List.of(new Outgoing(refusal(request)));
            server.get().ifPresent(channel -> channel.send(answer, known.headers(), why -> {}));
        }
    }

    private static String refusal(Envelope request) {
        String id = request.name(Naming.ID).orElseThrow();
        return request.is("ping")
                ? OwnMessages.nothing(id)
                : OwnMessages.error(id, METHOD_NOT_FOUND, "This client takes no requests.");
    }

    /**
     * With a fresh credential, maybe long after the request; with that of the request where there is no room to wait for one,
     * or it takes too long.
     */
    private void tellLater(String message, Sender sender) {
        BodyBudget.Share waiting = room.share();
        if (waiting.take(sender.size())) {
            CompletableFuture<List<Header>> later = sender.later().toCompletableFuture();
            later.whenComplete((fresh, failure) -> waiting.close());
            later.copy()
                    .completeOnTimeout(sender.headers(), FOR_CREDENTIAL.toMillis(), TimeUnit.MILLISECONDS)
                    .whenComplete((fresh, failure) -> tell(message, failure == null ? fresh : sender.headers()));
        } else {
            tell(message, sender.headers());
        }
    }

    private void tell(String message, List<Header> as) {
        server.get().ifPresent(channel -> channel.sendAtOnce(message, as));
    }
}
