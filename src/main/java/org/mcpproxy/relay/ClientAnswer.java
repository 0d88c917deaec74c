package org.mcpproxy.relay;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.ConnectionBreak;

/** What the client gets of one exchange: written at once where it is short, else as it comes; recorded, and ended once. */
final class ClientAnswer {

    private static final int SHORT = 8 * 1024;

    private final Relay relay;
    private final RelayRequest request;
    private final ServletTurn turn;
    private final HttpServletResponse response;
    private final ExchangeRecord kept;
    private final Runnable ended;
    private final AtomicBoolean over = new AtomicBoolean();
    private volatile AnswerStream stream;

    /** @param ended called once, when nothing more will be written */
    ClientAnswer(Relay relay, RelayRequest request, ServletTurn turn, Runnable ended) {
        this.relay = relay;
        this.request = request;
        this.turn = turn;
        this.response = turn.response();
        this.kept = new ExchangeRecord(
                request, relay.audit(), relay.meters().of(request.resource().backend()));
        this.ended = ended;
    }

    /** Fits the container's buffer, so that to write it waits for no client. What does not is written when its thread has left. */
    static boolean isShort(BackendClient.Answer answer) {
        return answer.body() instanceof WholeBody whole && whole.length() <= SHORT;
    }

    void begin(BackendClient.Answer answer) throws IOException {
        kept.answered(answer.status());
        AnswerHead head = new AnswerHead(answer);
        head.writeTo(response, request.era());
        if (isShort(answer)) {
            write((WholeBody) answer.body());
            end();
            return;
        }
        AnswerStream begun =
                new AnswerStream(this::runWriting, new Streamed(head), answer.body(), head.takesComments());
        stream = begun;
        begun.start();
    }

    private void write(WholeBody body) throws IOException {
        for (ByteBuffer part : body.parts()) {
            byte[] bytes = new byte[part.remaining()];
            part.duplicate().get(bytes);
            response.getOutputStream().write(bytes);
        }
    }

    /** The container has a way to write without waiting, but that waits too (docs/decisions/0011). */
    private void runWriting(Runnable work) {
        if (!relay.threads().runWriting(request.caller().holder(), work)) {
            // There is no thread to be had, and this one must not wait: nothing more is written.
            stream.stop();
            work.run();
        }
    }

    /** An error of our own instead. */
    void refuse(Rejection why) {
        kept.failed(why.reason());
        try {
            relay.write(
                    ErrorAnswer.of(why, request.resource(), request.id(), request.headers())
                            .with(relay.nodes().refusal(request.caller().pass(), why)),
                    response);
        } catch (IOException | RuntimeException e) {
            // The client has gone; there is nobody left to tell.
        }
        end();
    }

    /** Whether it comes part by part, and is to go on. */
    boolean isStreaming() {
        AnswerStream begun = stream;
        return begun != null && !begun.isStopped() && !over.get();
    }

    void goOn(RelayLimits.Times times) {
        if (stream.isOverdue(times.idle(), times.answer())) {
            stop(Reason.ANSWER_TIMEOUT);
        } else {
            stream.beatAfter(times.heartbeat());
        }
    }

    /** Ends it before its time. */
    void stop(Reason why) {
        kept.brokeOff(why);
        stream.stop();
    }

    /** Ends it where that is nobody's failure. */
    void leave() {
        stream.stop();
    }

    void end() {
        if (over.compareAndSet(false, true)) {
            ended.run();
            kept.ended();
            try {
                turn.complete();
            } catch (IllegalStateException e) {
                // The container completed it, as the client has gone.
            }
        }
    }

    /**
     * Where it comes part by part. What ends before its time must not look whole to the client. Only the one that writes may
     * break the connection: the container lets a write wait for ever whose connection another closes.
     */
    private final class Streamed implements AnswerStream.Client {

        private final AnswerHead head;

        Streamed(AnswerHead head) {
            this.head = head;
        }

        /** In this order: once its stream has been asked for, the container sends no head without a body. */
        @Override
        public OutputStream open() throws IOException {
            response.flushBuffer();
            return response.getOutputStream();
        }

        @Override
        public void ended() {
            end();
        }

        /** A stream that its client listens to may end at any time, and its client opens another. */
        @Override
        public void stopped() {
            if (!head.isOfEvents() || !request.isToListen()) {
                ConnectionBreak.of(response, "The answer is ended before its time.");
            }
            end();
        }

        @Override
        public void brokeOff(Throwable failure) {
            kept.brokeOff(failure instanceof Rejection known ? known.reason() : Reason.BACKEND_BROKE_OFF);
            ConnectionBreak.of(response, "The backend broke its answer off.");
            end();
        }
    }
}
