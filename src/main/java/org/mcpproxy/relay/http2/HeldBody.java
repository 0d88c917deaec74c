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
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.WholeBody;
import org.mcpproxy.web.BodyBudget;

/**
 * The body of an answer. What comes is copied at once, so that it holds no buffer of the connection, and is kept until the
 * subscriber asks for it: no more than {@link StreamWindows#OF_STREAM} and one buffer, whatever the version of HTTP. Over
 * HTTP/2 the stream's window keeps the rest with the server, and over HTTP/1.1 that the connection is not read. What is
 * more than {@link #SHORT} counts until its subscriber asks for the next; where there is no room for it, the answer breaks
 * off.
 */
final class HeldBody implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {

    /** In bytes: an event that its reader takes at once needs no room, so that it comes through whatever others hold. */
    private static final int SHORT = 8 * 1024;

    private static final byte[] NOTHING = new byte[0];

    private final Content.Source content;
    private final Request request;
    private final StreamWindows.Window window;
    private final BodyBudget.Share room;
    private final Executor threads;
    private final AtomicInteger calls = new AtomicInteger();

    private byte[] held = NOTHING;
    private int length;
    /** In bytes, of what the subscriber may still have lying, as it has not asked for the next. */
    private int handedOver;

    private long demand;
    private boolean full;
    private boolean done;
    private Throwable failure;
    private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
    private boolean over;

    /**
     * @param window null over HTTP/1.1
     * @param room for what has not been read
     */
    HeldBody(
            Content.Source content,
            Request request,
            StreamWindows.Window window,
            BodyBudget.Share room,
            Executor threads) {
        this.content = content;
        this.request = request;
        this.window = window;
        this.room = room;
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
        boolean held = hold(chunk.getByteBuffer());
        boolean last = chunk.isLast();
        chunk.release();
        if (!held) {
            overflow();
            return true;
        }
        if (last) {
            end(null);
        }
        return last;
    }

    /** @return false where there is no room for it */
    private synchronized boolean hold(ByteBuffer bytes) {
        int more = bytes.remaining();
        if (more == 0 || over) {
            return true;
        }
        if (!count(length + more)) {
            return false;
        }
        if (held.length < length + more) {
            held = Arrays.copyOf(held, Math.max(length + more, Math.min(2 * length, StreamWindows.OF_STREAM)));
        }
        bytes.get(held, length, more);
        length += more;
        return true;
    }

    /** @return false where there is no room for so much */
    private boolean count(int lying) {
        int all = lying + handedOver;
        return all <= SHORT ? room.hold(0) : room.hold(all);
    }

    /** Its reader has left too much lying. */
    private void overflow() {
        synchronized (this) {
            end(Rejection.of(Reason.ANSWER_UNREAD));
            held = NOTHING;
            length = 0;
            count(0);
        }
        request.abort(new CancellationException());
    }

    private synchronized void end(Throwable why) {
        done = true;
        failure = why;
    }

    /** All of it where it has come whole, and needs no room; else itself. */
    synchronized Flow.Publisher<List<ByteBuffer>> wholeOrRest() {
        if (!done || failure != null || length > SHORT) {
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
            handedOver = 0;
            count(length);
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
            room.close();
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
            if (next == null && !isAtEnd()) {
                return false;
            }
            over = next == null;
            if (over) {
                room.close();
            }
        }
        if (next == null) {
            tellEnd();
        } else {
            makeRoom();
            subscriber.onNext(List.of(next));
        }
        return true;
    }

    /** Whoever has taken the last part asks once more. */
    private boolean isAtEnd() {
        return done && length == 0 && handedOver == 0;
    }

    private ByteBuffer next() {
        if (demand == 0 || length == 0) {
            return null;
        }
        demand--;
        ByteBuffer next = ByteBuffer.wrap(held, 0, length);
        handedOver = demand > 0 ? 0 : length;
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
        } else if (failure instanceof Rejection known) {
            subscriber.onError(known);
        } else {
            subscriber.onError(new IOException(
                    "The backend broke off: " + failure.getClass().getSimpleName()));
        }
    }
}
