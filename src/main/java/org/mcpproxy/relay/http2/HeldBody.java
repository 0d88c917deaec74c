package org.mcpproxy.relay.http2;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.io.Content;
import org.mcpproxy.relay.WholeBody;

/**
 * The body of an answer. What comes is copied at once, so that it holds no buffer of the connection, and is kept until the
 * subscriber asks for it: no more than {@link StreamWindows#OF_STREAM} and one buffer, whatever the version of HTTP. Over
 * HTTP/2 the stream's window keeps the rest with the server, and over HTTP/1.1 that the connection is not read.
 */
final class HeldBody implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {

    private static final byte[] NOTHING = new byte[0];

    private final Content.Source content;
    private final Request request;
    private final StreamWindows.Window window;
    private final Executor threads;
    private final AtomicInteger calls = new AtomicInteger();

    private byte[] held = NOTHING;
    private int length;
    private long demand;
    private boolean full;
    private boolean done;
    private Throwable failure;
    private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
    private boolean over;

    /** @param window null over HTTP/1.1 */
    HeldBody(Content.Source content, Request request, StreamWindows.Window window, Executor threads) {
        this.content = content;
        this.request = request;
        this.window = window;
        this.threads = threads;
    }

    /** Takes what has come, and will be called again for what comes. One thread at a time. */
    void read() {
        while (hasRoom()) {
            Content.Chunk chunk = content.read();
            if (chunk == null) {
                content.demand(this::read);
                return;
            }
            boolean last = take(chunk);
            drain();
            if (last) {
                return;
            }
        }
    }

    private synchronized boolean hasRoom() {
        full = length >= StreamWindows.OF_STREAM && !over;
        return !full;
    }

    /** @return whether it is the last */
    private boolean take(Content.Chunk chunk) {
        if (Content.Chunk.isFailure(chunk)) {
            end(chunk.getFailure());
            return true;
        }
        hold(chunk.getByteBuffer());
        boolean last = chunk.isLast();
        chunk.release();
        if (last) {
            end(null);
        }
        return last;
    }

    private synchronized void hold(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (more == 0 || over) {
            return;
        }
        if (held.length < length + more) {
            held = Arrays.copyOf(held, Math.max(length + more, Math.min(2 * length, StreamWindows.OF_STREAM)));
        }
        bytes.get(held, length, more);
        length += more;
    }

    private synchronized void end(Throwable why) {
        done = true;
        failure = why;
    }

    /** All of it where it has come whole, and is then nobody else's any more; else itself. */
    synchronized Flow.Publisher<List<ByteBuffer>> wholeOrRest() {
        if (!done || failure != null) {
            return this;
        }
        over = true;
        return new WholeBody(length == 0 ? List.of() : List.of(ByteBuffer.wrap(held, 0, length)));
    }

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
        given.onSubscribe(this);
        synchronized (this) {
            subscriber = given;
        }
        drain();
    }

    @Override
    public void request(long count) {
        synchronized (this) {
            demand = demand + count < 0 ? Long.MAX_VALUE : demand + count;
        }
        drain();
    }

    @Override
    public void cancel() {
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            held = NOTHING;
            length = 0;
        }
        request.abort(new CancellationException());
    }

    /** Tells the subscriber one thing after another, on whichever thread comes first. */
    private void drain() {
        if (calls.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            while (step()) {
                // there may be more to tell
            }
            seen = calls.addAndGet(-seen);
        } while (seen != 0);
    }

    /** @return whether something was told */
    private boolean step() {
        ByteBuffer next;
        synchronized (this) {
            if (over || subscriber == null) {
                return false;
            }
            next = next();
            if (next == null && !(done && length == 0)) {
                return false;
            }
            over = next == null;
        }
        if (next == null) {
            tellEnd();
        } else {
            makeRoom();
            subscriber.onNext(List.of(next));
        }
        return true;
    }

    private ByteBuffer next() {
        if (demand == 0 || length == 0) {
            return null;
        }
        demand--;
        ByteBuffer next = ByteBuffer.wrap(held, 0, length);
        held = NOTHING;
        length = 0;
        return next;
    }

    private void makeRoom() {
        boolean wasFull;
        int left;
        synchronized (this) {
            wasFull = full;
            full = false;
            left = length;
        }
        if (window != null) {
            window.taken(left);
        }
        if (wasFull) {
            try {
                threads.execute(this::read);
            } catch (RejectedExecutionException e) {
                // The server is going down, and all exchanges with it.
            }
        }
    }

    private void tellEnd() {
        if (failure == null) {
            subscriber.onComplete();
        } else {
            subscriber.onError(new IOException(
                    "The backend broke off: " + failure.getClass().getSimpleName()));
        }
    }
}
