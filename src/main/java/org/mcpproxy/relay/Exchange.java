package org.mcpproxy.relay;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/** One request on its way to the backend, and its answer on the way back. */
final class Exchange implements OpenStreams.Open {

    private final Relay relay;
    private final BearerCheck check;
    private final RelayRequest request;
    private final ServletTurn turn;
    private final Admission admission;
    private ClientConnection client;
    private final ClientAnswer toClient;

    /** Whoever sets it first answers: the backend once its sessions are noted, the clock, or the end of the server. */
    private final AtomicBoolean answered = new AtomicBoolean();

    private volatile boolean backendAnswered;
    private volatile boolean filtered;
    private volatile BackendClient.Call call;
    private volatile Future<?> timeout;

    Exchange(Relay relay, BearerCheck check, RelayRequest request, ServletTurn turn, Admission admission) {
        this.relay = relay;
        this.check = check;
        this.request = request;
        this.turn = turn;
        this.admission = admission;
        this.toClient = new ClientAnswer(relay, request, turn, this::leavePlace);
    }

    /**
     * Where the container's thread is still here, it waits for a moment for an answer that comes whole, and needs no other.
     *
     * @param body empty for none; not kept here, as an answer may stream for days
     */
    void start(byte[] body) {
        if (!turn.isSynchronous() && !register()) {
            refuse(Relay.full());
        }
        try {
            if (answered.get()) {
                return;
            }
            Optional<URI> elsewhere = relay.sessions().elsewhere(request);
            List<Header> headers = forwarded(elsewhere);
            requireStillWanted();
            Backend backend = request.resource().backend();
            call = relay.client(request, elsewhere, check).send(request.httpMethod(), backend.url(), headers, body);
            if (turn.isSynchronous() && answerSoon(call)) {
                return;
            }
        } catch (RuntimeException e) {
            refuse(rejection(e));
            return;
        }
        await(call);
    }

    /** @return false where the server is going down */
    private boolean leaveThread() {
        if (!turn.isSynchronous()) {
            return true;
        }
        turn.leaveThread();
        return register();
    }

    /**
     * From now on the clock, and the end of the server, know of it.
     *
     * @return false where the server is going down
     */
    private boolean register() {
        client = ClientConnection.of(turn.request());
        return relay.streams().add(this);
    }

    /** @return whether it has been answered, or will be as soon as the store has noted its session */
    private boolean answerSoon(BackendClient.Call sent) {
        Optional<BackendClient.Answer> soon = sent.soon();
        if (soon.isEmpty()) {
            return false;
        }
        BackendClient.Answer come = soon.get();
        if (relay.sessions().news(request, come).isPresent() && !leaveThread()) {
            refuse(Relay.full(), come);
        } else {
            answer(come, null);
        }
        return true;
    }

    private void await(BackendClient.Call sent) {
        if (!leaveThread()) {
            refuse(Relay.full());
        }
        if (answered.get()) {
            sent.cancel();
            // It may have come all the same, and must be given up then too.
            sent.answer().thenAccept(Discarded::body);
            return;
        }
        try {
            timeout =
                    relay.threads().after(untilHead(request.resource().limits().times()), this::giveUpAsLate);
        } catch (RejectedExecutionException e) {
            // The application is being stopped.
            close();
        }
        sent.answer().whenComplete(this::answer);
    }

    /** A server may send the head of a stream that it is asked for only with the first event. */
    private Duration untilHead(RelayLimits.Times times) {
        return request.isToListen() ? times.idle() : times.firstByte();
    }

    /** It may have waited: nothing must be done any more for a client who has gone, or a grant that has ended. */
    private void requireStillWanted() {
        if (answered.get()) {
            throw Rejection.of(Reason.CLIENT_GONE);
        }
        if (!check.standing(request.caller())) {
            throw Rejection.of(Reason.TOKEN_REVOKED);
        }
    }

    /** Another node adds the backend's credential itself: no secret of ours goes to whatever listens where that node was. */
    private List<Header> forwarded(Optional<URI> elsewhere) {
        Backend backend = request.resource().backend();
        return ForwardedHeaders.toBackend(
                request.headers(),
                request.era(),
                backend.headers(),
                elsewhere.isPresent()
                        ? Optional.empty()
                        : relay.credentials().of(backend, request.caller(), request.trail()));
    }

    @Override
    public void tick(Connections connections) {
        if (client.isGone(connections)) {
            leave();
        } else if (client.isServerStopping(connections)) {
            close();
        } else {
            goOn();
        }
    }

    private void goOn() {
        try {
            if (!check.standing(
                    request.isToListen() ? request.caller() : request.caller().asking())) {
                giveUp(Rejection.of(Reason.TOKEN_REVOKED));
            } else if (toClient.isStreaming()) {
                relay.policy().requireStill(request, filtered);
                toClient.goOn(request.resource().limits().times());
            }
        } catch (Rejection e) {
            giveUp(e);
        }
    }

    /** The server is going down. */
    @Override
    public void close() {
        if (request.isToListen() && toClient.isStreaming()) {
            toClient.leave();
        } else {
            giveUp(Relay.full());
        }
    }

    /**
     * To close the connection is to cancel a modern request. A POST of the older era goes on without its client, who may
     * come back for the answer; but nobody reads its stream, or the one that a GET is to open, any more.
     */
    private void leave() {
        if (toClient.isStreaming()) {
            toClient.leave();
        } else if (request.era() == Era.MODERN || request.httpMethod().equals("GET")) {
            giveUp(Rejection.of(Reason.CLIENT_GONE));
        }
    }

    /** Ends the exchange before its time, with this error where the answer has not begun. */
    private void giveUp(Rejection why) {
        if (takeAnswer()) {
            if (call != null) {
                call.cancel();
            }
            toClient.refuse(why);
        } else if (toClient.isStreaming()) {
            toClient.stop(why.reason());
        }
    }

    private void giveUpAsLate() {
        call.late().thenAccept(this::giveUpAsLate);
    }

    /** It may be answered by now, and goes on then. */
    private void giveUpAsLate(Reason why) {
        if (takeAnswer()) {
            call.cancel();
            toClient.refuse(
                    backendAnswered ? Rejection.until(Reason.STORE_UNAVAILABLE, Relay.SOON) : Rejection.of(why));
        }
    }

    private boolean takeAnswer() {
        boolean first = answered.compareAndSet(false, true);
        Future<?> clock = timeout;
        if (first && clock != null) {
            clock.cancel(false);
        }
        return first;
    }

    private void answer(BackendClient.Answer answer, Throwable failure) {
        if (failure != null) {
            if (takeAnswer()) {
                toClient.refuse(rejection(failure));
            }
            return;
        }
        backendAnswered = true;
        Optional<Supplier<BackendClient.Answer>> news = relay.sessions().news(request, answer);
        if (news.isEmpty()) {
            relayAnswer(relay.sessions().named(request, answer));
        } else if (!relay.threads().runWaiting(request.caller().holder(), () -> relayAfter(news.get(), answer))) {
            refuse(Relay.full(), answer);
        }
    }

    /** The store may let us wait: not on a thread of the HTTP client, which has few. Whoever gives up meanwhile, answers. */
    private void relayAfter(Supplier<BackendClient.Answer> news, BackendClient.Answer answer) {
        BackendClient.Answer named;
        try {
            named = news.get();
        } catch (RuntimeException e) {
            refuse(rejection(e), answer);
            return;
        }
        relayAnswer(named);
    }

    private void refuse(Rejection why, BackendClient.Answer answer) {
        Discarded.body(answer);
        refuse(why);
    }

    private void relayAnswer(BackendClient.Answer answer) {
        if (!takeAnswer()) {
            Discarded.body(answer);
            return;
        }
        BackendClient.Answer visible;
        try {
            AnswerHead.requireRelayable(answer);
            visible = relay.policy()
                    .visible(
                            request,
                            answer,
                            admission.body(),
                            new Aside(relay.threads(), request.caller().holder()));
        } catch (RuntimeException e) {
            Discarded.body(answer);
            toClient.refuse(rejection(e));
            return;
        }
        filtered = visible != answer;
        try {
            if (ClientAnswer.isShort(visible) || leaveThread()) {
                toClient.begin(visible);
                closeIfClosing();
            } else {
                Discarded.body(answer);
                toClient.refuse(Relay.full());
            }
        } catch (IOException | RuntimeException e) {
            Discarded.body(answer);
            toClient.end();
        }
    }

    /** Whoever closed all that is under way may have found no stream yet. */
    private void closeIfClosing() {
        if (relay.streams().isClosing()) {
            close();
        }
    }

    private void refuse(Rejection why) {
        if (takeAnswer()) {
            toClient.refuse(why);
        }
    }

    private Rejection rejection(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        if (cause instanceof Rejection known) {
            return known;
        }
        Failures.log(request.trail(), cause);
        return Rejection.of(Reason.INTERNAL_ERROR, cause);
    }

    private void leavePlace() {
        relay.streams().remove(this);
        admission.close();
    }
}
