package org.mcpproxy.relay;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/**
 * Carries the body of an answer from the backend to the client, as it comes: each part is written and flushed before the
 * next is asked for, so that a slow reader slows the backend and nothing piles up here. Holds a thread while something is
 * written, and none while nothing is: backend and clock call in from their own threads, which must not wait; they note what
 * happened and have it done by the {@code writers}, by one at a time.
 */
final class AnswerStream {

    /** A comment line without the blank line that would dispatch an event early. */
    private static final byte[] COMMENT = {':', '\n'};

    /**
     * The comment where the last byte was a CR. A LF may still follow, and would make a blank line after a comment that
     * ends with one; after this comment it is the second half of the comment's own line end.
     */
    private static final byte[] COMMENT_AFTER_CR = {':', '\r'};

    /** So much is written at a time, in bytes: what is stopped lasts no longer than the container waits to write this. */
    private static final int PIECE = 8 * 1024;

    private final Executor writers;
    private final Client client;
    private final Flow.Publisher<List<ByteBuffer>> body;
    private final boolean events;

    private final AtomicInteger calls = new AtomicInteger();
    private final AtomicBoolean subscribed = new AtomicBoolean();
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private final Queue<ByteBuffer> pending = new ConcurrentLinkedQueue<>();
    private volatile boolean backendDone;
    private volatile Throwable backendFailure;
    private volatile boolean stopped;
    private volatile boolean beat;
    private volatile boolean asked;
    private volatile Flow.Subscription subscription;
    private final long since = System.nanoTime();
    private volatile long lastHeard = since;
    private volatile long lastWrite = since;

    /** Null until it is open. */
    private OutputStream out;

    /** An event stream begins as if a line had ended. */
    private byte last = '\n';

    private boolean dirty;
    private boolean over;

    /**
     * @param writers run what may wait for the client
     * @param client is opened before all else, so that it need not wait for the first part
     * @param events whether the body is an event stream, into which heartbeats may be written
     */
    AnswerStream(Executor writers, Client client, Flow.Publisher<List<ByteBuffer>> body, boolean events) {
        this.writers = writers;
        this.client = client;
        this.body = body;
        this.events = events;
    }

    /** To whom it is written. Is called by one of the writers at a time; by which of the last three it ends, it ends once. */
    interface Client {

        /** Sends the head, and gives what the body is written to. */
        OutputStream open() throws IOException;

        /** All has been written, or nothing more can be. */
        void ended();

        /** It was stopped before all had been written. */
        void stopped();

        /** The backend broke off, and all that it sent before has been written; or we did. */
        void brokeOff(Throwable failure);
    }

    void start() {
        drain();
    }

    /** Writes a heartbeat where the stream has been silent for this long. */
    void beatAfter(Duration silence) {
        if (events && System.nanoTime() - lastWrite >= silence.toNanos()) {
            beat = true;
            drain();
        }
    }

    /** Whether the backend has been silent for longer than this, or the whole has taken longer. */
    boolean isOverdue(Duration idle, Duration whole) {
        long now = System.nanoTime();
        return !stopped && (now - lastHeard > idle.toNanos() || now - since > whole.toNanos());
    }

    boolean isStopped() {
        return stopped;
    }

    /** Ends the stream now, and the backend's with it: that at once, even where a part is still waiting for the client. */
    void stop() {
        stopped = true;
        cancel();
        drain();
    }

    private void drain() {
        if (calls.getAndIncrement() == 0) {
            writers.execute(this::run);
        }
    }

    /** One part at a time: what else of its holder waits to be written comes before the next. */
    private void run() {
        int seen = calls.get();
        step();
        if (calls.addAndGet(-seen) != 0) {
            writers.execute(this::run);
        }
    }

    private void step() {
        if (over) {
            cancel();
            return;
        }
        try {
            if (stopped) {
                finish(client::stopped);
            } else if (!proceed()) {
                Throwable failure = backendFailure;
                finish(failure == null ? client::ended : () -> client.brokeOff(failure));
            }
        } catch (IOException e) {
            finish(client::ended);
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** What has been written must not look whole. */
    private void fail(RuntimeException failure) {
        if (out == null || over) {
            finish(client::ended);
        } else {
            Failures.log("An answer on its way to the client", failure);
            finish(() -> client.brokeOff(Rejection.of(Reason.INTERNAL_ERROR, failure)));
        }
    }

    /** @return false once all is written */
    private boolean proceed() throws IOException {
        if (out == null) {
            out = client.open();
        }
        while (!stopped && writeNext()) {
            // and the next
        }
        if (backendDone && pending.isEmpty()) {
            return false;
        }
        ask();
        return true;
    }

    /** @return whether there was something to write or to flush */
    private boolean writeNext() throws IOException {
        ByteBuffer next = pending.peek();
        if (next != null) {
            write(next);
            if (!next.hasRemaining()) {
                pending.remove();
            }
        } else if (beat && (last == '\n' || last == '\r')) {
            write(ByteBuffer.wrap(last == '\r' ? COMMENT_AFTER_CR : COMMENT));
        } else if (dirty) {
            dirty = false;
            out.flush();
        } else {
            return false;
        }
        return true;
    }

    private void write(ByteBuffer buffer) throws IOException {
        if (!buffer.hasRemaining()) {
            return;
        }
        byte[] bytes = new byte[Math.min(PIECE, buffer.remaining())];
        buffer.get(bytes);
        out.write(bytes, 0, bytes.length);
        last = bytes[bytes.length - 1];
        touched();
    }

    private void touched() {
        dirty = true;
        beat = false;
        lastWrite = System.nanoTime();
    }

    /** Whatever comes of it, at once or later, calls in. */
    private void ask() {
        subscribe();
        if (subscription != null && !asked && !backendDone) {
            asked = true;
            subscription.request(1);
        }
    }

    private void finish(Runnable outcome) {
        over = true;
        pending.clear();
        cancel();
        outcome.run();
    }

    private void subscribe() {
        if (subscribed.compareAndSet(false, true)) {
            body.subscribe(new FromBackend());
        }
    }

    /** An answer that nobody subscribes to would keep its connection for ever. */
    private void cancel() {
        subscribe();
        Flow.Subscription open = subscription;
        if (open != null && !backendDone && cancelled.compareAndSet(false, true)) {
            open.cancel();
        }
    }

    /** What the backend sends. What it sent before it broke off is still delivered. */
    private final class FromBackend implements Flow.Subscriber<List<ByteBuffer>> {

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            if (stopped) {
                cancel();
            }
            drain();
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            lastHeard = System.nanoTime();
            pending.addAll(buffers);
            asked = false;
            drain();
        }

        @Override
        public void onError(Throwable failure) {
            backendFailure = failure;
            backendDone = true;
            drain();
        }

        @Override
        public void onComplete() {
            backendDone = true;
            drain();
        }
    }
}
