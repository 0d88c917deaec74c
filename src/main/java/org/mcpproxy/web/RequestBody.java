package org.mcpproxy.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Reads a request body within bounds of size, memory and time, and holds no thread while it waits for a slow client.
 * Memory is taken as the bytes come: a length that is only announced reserves nothing. What comes after a refusal is
 * thrown away, so that a client that is still sending gets to read its answer.
 */
public final class RequestBody implements ReadListener {

    private static final int FIRST = 1024;
    private static final Duration SOON = Duration.ofSeconds(5);

    private final ServletInputStream in;
    private final int bound;
    private final BodyBudget.Share share;
    private final RequestThreads threads;
    private final LingeringClose closing;
    private final Consumer<byte[]> whole;
    private final Consumer<Rejection> refused;
    private volatile byte[] read = {};
    private int length;
    /** Whoever sets it first has the last word: the last byte, the clock, or a client that broke off. */
    private final AtomicBoolean over = new AtomicBoolean();

    private final Future<?> deadline;

    private RequestBody(
            ServletInputStream in,
            int bound,
            Bounds bounds,
            RequestThreads threads,
            LingeringClose closing,
            Consumer<byte[]> whole,
            Consumer<Rejection> refused) {
        this.in = in;
        this.bound = bound;
        this.share = bounds.share();
        this.threads = threads;
        this.closing = closing;
        this.whole = whole;
        this.refused = refused;
        // Between two bytes there is always time enough for a client that means harm, so the whole has a time.
        this.deadline = threads.after(bounds.within(), () -> refuse(Rejection.of(Reason.REQUEST_INCOMPLETE)));
    }

    /**
     * @param request in asynchronous mode
     * @param threads where what is told of the body is told
     * @param closing of a request whose body is refused
     * @param whole gets the body
     * @param refused gets {@code REQUEST_TOO_LARGE}, as soon as that is known, {@code SERVER_FULL} where there is no
     *     memory for it, or {@code REQUEST_INCOMPLETE}
     */
    public static void read(
            ServletRequest request,
            Bounds bounds,
            RequestThreads threads,
            LingeringClose closing,
            Consumer<byte[]> whole,
            Consumer<Rejection> refused)
            throws IOException {
        read(request, bounds, new byte[0], threads, closing, whole, refused);
    }

    /**
     * As above, where some of it has been read already.
     *
     * @param begun what has been read; its memory has been taken
     */
    public static void read(
            ServletRequest request,
            Bounds bounds,
            byte[] begun,
            RequestThreads threads,
            LingeringClose closing,
            Consumer<byte[]> whole,
            Consumer<Rejection> refused)
            throws IOException {
        long announced = request.getContentLengthLong();
        ServletInputStream in = request.getInputStream();
        int bound = announced < 0 ? bounds.longest() : (int) Math.min(announced, bounds.longest());
        RequestBody body = new RequestBody(in, bound, bounds, threads, closing, whole, refused);
        body.read = begun;
        body.length = begun.length;
        if (announced > bounds.longest()) {
            body.refuse(Rejection.of(Reason.REQUEST_TOO_LARGE));
        }
        in.setReadListener(body);
    }

    @Override
    public void onDataAvailable() throws IOException {
        boolean more = true;
        while (more && in.isReady() && !in.isFinished()) {
            more = over.get() ? in.read(new byte[FIRST]) >= 0 : collect();
        }
    }

    /** @return false at the end of the body */
    private boolean collect() throws IOException {
        if (length == bound) {
            return !hasEnded();
        }
        byte[] room = room();
        if (room == null) {
            return true;
        }
        int more = in.read(room, length, room.length - length);
        length += Math.max(0, more);
        return more >= 0;
    }

    @Override
    public void onAllDataRead() {
        byte[] all = read;
        if (end()) {
            byte[] body = length == all.length ? all : Arrays.copyOf(all, length);
            threads.run(() -> whole.accept(body));
        } else {
            closing.received();
        }
    }

    @Override
    public void onError(Throwable failure) {
        refuse(Rejection.of(Reason.REQUEST_INCOMPLETE));
        if (!(failure instanceof SocketTimeoutException)) {
            closing.received();
        }
    }

    /** One byte beyond the bound shows that the body is too long. */
    private boolean hasEnded() throws IOException {
        boolean ended = in.read() < 0;
        if (!ended) {
            refuse(Rejection.of(Reason.REQUEST_TOO_LARGE));
        }
        return ended;
    }

    /** What is read, with room for more; null where there is none, and the body was refused. */
    private byte[] room() {
        byte[] now = read;
        if (now == null || length < now.length) {
            return now;
        }
        int longer = (int) Math.min(bound, Math.max(FIRST, 2L * length));
        if (!share.take(longer - length)) {
            refuse(Rejection.until(Reason.SERVER_FULL, SOON));
            return null;
        }
        byte[] more = Arrays.copyOf(now, longer);
        read = more;
        if (over.get()) {
            read = null;
        }
        return more;
    }

    private void refuse(Rejection rejection) {
        if (end()) {
            threads.run(() -> refused.accept(rejection));
        }
    }

    /**
     * What a body may take.
     *
     * @param longest in bytes
     * @param share holds the memory that it takes; the caller closes it once nobody needs the body any more
     * @param within the time for the whole body
     */
    public record Bounds(int longest, BodyBudget.Share share, Duration within) {}

    private boolean end() {
        boolean first = over.compareAndSet(false, true);
        if (first) {
            deadline.cancel(false);
        }
        // The container keeps its listener for as long as the client keeps it waiting.
        read = null;
        return first;
    }
}
