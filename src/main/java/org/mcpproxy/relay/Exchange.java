package org.mcpproxy.relay;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** One request on its way to the backend, and its answer on the way back. */
final class Exchange implements OpenStreams.Open {

    private final Relay relay;
    private final BearerCheck check;
    private final RelayRequest request;
    private final AsyncContext async;
    private final ClientConnection client;
    private final HttpServletResponse response;

    /** Whoever sets it first answers: the backend, the clock, or the end of the server. */
    private final AtomicBoolean answered = new AtomicBoolean();

    private final AtomicBoolean ended = new AtomicBoolean();
    private volatile BackendClient.Call call;
    private volatile ScheduledFuture<?> timeout;
    private volatile AnswerStream stream;

    Exchange(Relay relay, BearerCheck check, RelayRequest request, AsyncContext async) {
        this.relay = relay;
        this.check = check;
        this.request = request;
        this.async = async;
        this.client = ClientConnection.of(async.getRequest());
        this.response = (HttpServletResponse) async.getResponse();
    }

    void start() {
        if (!relay.streams().add(this)) {
            refuse(Rejection.until(Reason.SERVER_FULL, Duration.ofSeconds(5)));
            return;
        }
        try {
            call = relay.client()
                    .send(
                            request.httpMethod(),
                            relay.backend(),
                            ForwardedHeaders.toBackend(request.headers(), request.era()),
                            request.body());
        } catch (Rejection e) {
            refuse(e);
            return;
        }
        timeout = relay.streams().after(relay.limits().firstByte(), () -> giveUp(Rejection.of(Reason.BACKEND_TIMEOUT)));
        call.answer().whenComplete(this::answer);
    }

    @Override
    public void tick(Connections connections) {
        if (client.isGone(connections)) {
            leave();
        } else if (client.isServerStopping(connections)) {
            close();
        } else if (!check.standing(request.caller())) {
            giveUp(Rejection.of(Reason.TOKEN_REVOKED));
        } else if (stream != null) {
            stream.beatAfter(relay.limits().heartbeat());
        }
    }

    @Override
    public void close() {
        giveUp(Rejection.until(Reason.SERVER_FULL, Duration.ofSeconds(5)));
    }

    /**
     * To close the connection is to cancel a modern request. A request of the older era goes on without its client, who
     * may come back for the answer; but nobody reads its stream any more.
     */
    private void leave() {
        if (stream != null) {
            stream.stop();
        } else if (request.era() == Era.MODERN) {
            giveUp(Rejection.of(Reason.CLIENT_GONE));
        }
    }

    /** Ends the exchange before its time, with this error where the answer has not begun. */
    private void giveUp(Rejection why) {
        if (answered.compareAndSet(false, true)) {
            if (call != null) {
                call.cancel();
            }
            write(why);
        } else if (stream != null) {
            stream.stop();
        }
    }

    private void answer(BackendClient.Answer answer, Throwable failure) {
        if (!answered.compareAndSet(false, true)) {
            if (answer != null) {
                Discarded.body(answer);
            }
            return;
        }
        timeout.cancel(false);
        if (failure != null) {
            write(rejection(failure));
            return;
        }
        try {
            requireRelayable(answer);
            relay.sessions()
                    .note(request.httpMethod(), request.session(), request.caller(), answer.status(), answer.headers());
            relayAnswer(answer);
        } catch (Rejection e) {
            Discarded.body(answer);
            write(e);
        } catch (IOException | RuntimeException e) {
            Discarded.body(answer);
            finish();
        }
    }

    /**
     * A backend's 401 is about the proxy, but the client would take it for our challenge and begin a new sign-on, again
     * and again. A redirect would lead the client, with its token, round the proxy.
     */
    private static void requireRelayable(BackendClient.Answer answer) {
        if (answer.status() == 401 || answer.status() == 407) {
            throw Rejection.of(Reason.BACKEND_REFUSED_PROXY);
        }
        if (answer.status() < 200 || (answer.status() >= 300 && answer.status() < 400)) {
            throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
        }
    }

    private void relayAnswer(BackendClient.Answer answer) throws IOException {
        audit(answer.status(), null);
        response.setStatus(answer.status());
        ForwardedHeaders.toClient(answer.headers())
                .forEach(header -> response.addHeader(header.name(), header.value()));
        List<String> length = Header.values(answer.headers(), "Content-Length");
        if (length.size() == 1) {
            response.setContentLengthLong(Long.parseLong(length.get(0)));
        }
        boolean events = Header.values(answer.headers(), "Content-Type").stream()
                .anyMatch(type -> type.regionMatches(true, 0, "text/event-stream", 0, 17));
        if (events) {
            // RFC-less, but nginx and its kin hold events back without it.
            response.setHeader("X-Accel-Buffering", "no");
        }
        // Without this early commit, the first event would wait for the second.
        response.flushBuffer();
        AnswerStream begun = new AnswerStream(response.getOutputStream(), answer.body(), events, this::finish);
        stream = begun;
        response.getOutputStream().setWriteListener(begun);
    }

    private void refuse(Rejection why) {
        if (answered.compareAndSet(false, true)) {
            write(why);
        }
    }

    private void write(Rejection why) {
        audit(why.reason().status(), why.reason());
        try {
            relay.write(ErrorAnswer.of(why, request.resource(), request.id()), response);
        } catch (IOException | RuntimeException e) {
            // The client has gone; there is nobody left to tell.
        }
        finish();
    }

    private static Rejection rejection(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof Rejection known ? known : Rejection.of(Reason.INTERNAL_ERROR, cause);
    }

    private void audit(int status, Reason failure) {
        relay.audit()
                .record(new AuditEvent.McpRequest(
                        request.trail(),
                        request.caller().user().orElse(null),
                        request.caller().client(),
                        request.resource().path(),
                        request.method(),
                        request.name(),
                        status,
                        failure,
                        Duration.ofNanos(System.nanoTime() - request.since())));
    }

    private void finish() {
        if (ended.compareAndSet(false, true)) {
            relay.streams().remove(this);
            try {
                async.complete();
            } catch (IllegalStateException e) {
                // The container completed it, as the client has gone.
            }
        }
    }
}
