package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.WholeBody;

/**
 * One request under way, until the head of its answer has come. It belongs to the thread that sends it until
 * {@link #answer} is called, and from then on to its loop. It is sent once: whether a backend has done what a request asked
 * is not known from a connection that broke.
 */
final class Http1Call implements BackendClient.Call, Loop.Watcher {

    /** What a thread waits for whole, in bytes; a longer body is relayed as it comes. */
    private static final int LONGEST_WHOLE = 256 * 1024;

    private final Http1Client client;
    private final Loop loop;
    private final ByteBuffer request;
    private final Duration connectTime;
    private final CompletableFuture<BackendClient.Answer> answer = new CompletableFuture<>();
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private final long since = System.nanoTime();
    /** While it has no connection. */
    private Opening opening;

    private Connection connection;
    /** On a connection that is open; no loop knows of it yet. */
    private boolean begun;

    private boolean handedOver;
    private boolean over;

    /** @param connectTime until its connection is open, where it needs a new one */
    Http1Call(Http1Client client, Loop loop, ByteBuffer request, Duration connectTime) {
        this.client = client;
        this.loop = loop;
        this.request = request;
        this.connectTime = connectTime;
    }

    Loop loop() {
        return loop;
    }

    /**
     * Begins on a connection that was idle.
     *
     * @return false where it was dead, and not one byte has been written
     */
    boolean begin(Connection idle) {
        idle.parser().reset();
        try {
            idle.channel().write(request);
        } catch (IOException e) {
            if (request.position() == 0) {
                idle.close();
                return false;
            }
        }
        connection = idle;
        begun = true;
        noteSent();
        return true;
    }

    @Override
    public Optional<BackendClient.Answer> soon() {
        if (!begun || request.hasRemaining()) {
            return Optional.empty();
        }
        ByteBuffer scratch = client.patience().begin();
        if (scratch == null) {
            return Optional.empty();
        }
        try {
            return awaitWhole(scratch);
        } catch (IOException e) {
            throw failed(Reason.BACKEND_UNAVAILABLE, e);
        } finally {
            client.patience().end(scratch);
        }
    }

    private Optional<BackendClient.Answer> awaitWhole(ByteBuffer scratch) throws IOException {
        AnswerParser parser = connection.parser();
        long end = System.nanoTime() + Patience.MOMENT.toNanos();
        // Where others have work to do, the answer has come when they have done it.
        Thread.yield();
        while (!parser.isDone()) {
            long left = (end - System.nanoTime()) / 1_000_000;
            if (left <= 0 || isLong(parser)) {
                return Optional.empty();
            }
            if (read(scratch) == 0 && !connection.awaitReadable(left)) {
                return Optional.empty();
            }
            if (parser.fault() != null && !parser.isHeadDone()) {
                throw failed(reason(parser), null);
            }
            if (parser.fault() != null) {
                return Optional.empty();
            }
        }
        over = true;
        return Optional.of(whole());
    }

    /** Event streams are not waited for: each of their events is to be relayed as it comes. */
    private static boolean isLong(AnswerParser parser) {
        return parser.isHeadDone() && (parser.isOfEvents() || parser.contentLength() > LONGEST_WHOLE);
    }

    private RuntimeException failed(Reason reason, IOException cause) {
        over = true;
        connection.close();
        return Rejection.of(reason, cause);
    }

    @Override
    public CompletionStage<BackendClient.Answer> answer() {
        loop.execute(this::handOver);
        return answer;
    }

    @Override
    public CompletionStage<Void> sent() {
        return sent;
    }

    @Override
    public void cancel() {
        loop.execute(() -> {
            if (!over) {
                over = true;
                loop.connected(this);
                abandon();
            }
        });
    }

    private void abandon() {
        if (opening != null) {
            opening.close();
        }
        if (connection != null) {
            connection.close();
        }
    }

    private void handOver() {
        handedOver = true;
        if (connection != null && !over) {
            connection.leaveThread();
            if (connection.parser().isHeadDone()) {
                deliver();
            } else {
                ready();
            }
        }
    }

    /** In the loop: the addresses of its host are known. */
    void open(Origin origin, List<InetAddress> addresses) {
        if (!over) {
            opening = new Opening(this, origin, addresses);
            opening.begin();
        }
    }

    /** In the loop: it has its connection. */
    void opened(Connection open) {
        loop.connected(this);
        connection = open;
        ready();
    }

    /** In the loop, while it waits for its connection: ends it where that has taken too long. */
    void tick() {
        if (System.nanoTime() - since > connectTime.toNanos()) {
            fail(Reason.BACKEND_TIMEOUT, null);
        } else if (opening != null) {
            opening.tick();
        }
    }

    /** In the loop. */
    void fail(Reason reason, Throwable cause) {
        loop.connected(this);
        if (over) {
            return;
        }
        over = true;
        abandon();
        client.tell(() -> answer.completeExceptionally(Rejection.of(reason, cause)));
    }

    @Override
    public void ready() {
        if (over) {
            return;
        }
        try {
            write();
            // An answer may come before all of the request is written (RFC 9112 9.5).
            read(loop.scratch());
            goOn();
        } catch (IOException e) {
            fail(Reason.BACKEND_UNAVAILABLE, e);
        }
    }

    /** A backend that has closed its side may have answered first. */
    private void write() {
        try {
            if (request.hasRemaining()) {
                connection.channel().write(request);
                noteSent();
            }
        } catch (IOException e) {
            request.position(request.limit());
            connection.parser().forbidNext();
        }
    }

    private void noteSent() {
        if (!request.hasRemaining()) {
            sent.complete(null);
        }
    }

    /** @return how many bytes have come, or a negative number at the end */
    private int read(ByteBuffer scratch) throws IOException {
        int count = connection.read(scratch);
        if (count < 0) {
            connection.parser().end();
        } else if (count > 0) {
            connection.parser().parse(scratch);
        }
        return count;
    }

    private void goOn() throws IOException {
        AnswerParser parser = connection.parser();
        if (parser.isHeadDone()) {
            if (handedOver) {
                deliver();
            } else {
                loop.watch(connection, 0, this);
            }
        } else if (parser.fault() != null) {
            fail(reason(parser), null);
        } else {
            int writing = request.hasRemaining() ? SelectionKey.OP_WRITE : 0;
            loop.watch(connection, SelectionKey.OP_READ | writing, this);
        }
    }

    private static Reason reason(AnswerParser parser) {
        return parser.isCutOff() ? Reason.BACKEND_UNAVAILABLE : Reason.BACKEND_ANSWER_INVALID;
    }

    private void deliver() {
        over = true;
        AnswerParser parser = connection.parser();
        BackendClient.Answer head = parser.isDone() ? whole() : parser.answer(new StreamBody(client, loop, connection));
        client.tell(() -> answer.complete(head));
    }

    private BackendClient.Answer whole() {
        AnswerParser parser = connection.parser();
        if (request.hasRemaining()) {
            parser.forbidNext();
        }
        List<ByteBuffer> parts = parser.takeContent();
        BackendClient.Answer complete = parser.answer(new WholeBody(parts));
        if (handedOver) {
            StreamBody.unwatch(loop, connection);
        }
        client.release(connection);
        return complete;
    }
}
