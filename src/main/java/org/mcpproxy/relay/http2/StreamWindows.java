package org.mcpproxy.relay.http2;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.http2.BufferingFlowControlStrategy;
import org.eclipse.jetty.http2.ErrorCode;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2;
import org.eclipse.jetty.http2.frames.WindowUpdateFrame;
import org.eclipse.jetty.util.Callback;

/**
 * How much the server may send on one connection (RFC 9113 5.2). All that comes is read at once, into memory of its own
 * stream, and the connection's window is then as wide as before: streams that nobody reads cannot stall the others, however
 * many they are. A stream's own window opens again only when its reader has taken what came, so that it holds no more than
 * {@link #OF_STREAM}.
 *
 * <p>It also minds how long a connection may be silent: as long as streams are open, for ever, as an event stream may be;
 * the relay has a clock of its own for them. And it minds how long a connection is good for further requests.
 */
final class StreamWindows extends BufferingFlowControlStrategy {

    /** In bytes; what HTTP/2 begins with, so that it holds from the first frame. */
    static final int OF_STREAM = DEFAULT_WINDOW_SIZE;

    /** In bytes, for what is on its way, of all streams of one connection. */
    static final int OF_CONNECTION = 1024 * 1024;

    /**
     * For how long a connection is given further requests. One that died without a word has streams that wait, and would else
     * be given more and more.
     */
    private static final Duration LONGEST = Duration.ofSeconds(60);

    /**
     * After so many streams that were reset, a connection is given no further requests: servers count them (Tomcat closes a new
     * connection after three or four), and to open another costs no more than over HTTP/1.1, where each of them ends its own.
     */
    static final int MOST_RESETS = 2;

    private static final float BEFORE_UPDATE = 0.5f;
    private static final long NEVER = 0;

    /** Whoever sends the request that opens the next stream on this thread. */
    private static final ThreadLocal<Consumer<Window>> OPENING = new ThreadLocal<>();

    private final Map<Stream, Window> windows = new ConcurrentHashMap<>();
    private final AtomicInteger resets = new AtomicInteger();
    private final long idleMillis;
    private final Clock clock;
    private final Instant since;
    private boolean retired;

    /** @param idleMillis how long a connection without streams is kept */
    StreamWindows(long idleMillis, Clock clock) {
        super(BEFORE_UPDATE);
        this.idleMillis = idleMillis;
        this.clock = clock;
        this.since = clock.instant();
    }

    /** Those of a connection; null over HTTP/1.1. */
    static StreamWindows of(Connection connection) {
        return connection instanceof HttpConnectionOverHTTP2 two
                        && two.getSession() instanceof HTTP2Session session
                        && session.getFlowControlStrategy() instanceof StreamWindows windows
                ? windows
                : null;
    }

    /** Whether the connection should be given no further requests. */
    boolean isWorn() {
        return resets.get() >= MOST_RESETS || !clock.instant().isBefore(since.plus(LONGEST));
    }

    /** It is given none: it ends with its last stream. */
    void retire(Session session) {
        synchronized (this) {
            retired = true;
            if (!windows.isEmpty()) {
                return;
            }
        }
        end(session);
    }

    private static void end(Session session) {
        session.close(ErrorCode.NO_ERROR.code, "retired", Callback.NOOP);
    }

    /** The next stream that is opened on this thread is this one's. */
    static void opening(Consumer<Window> stream) {
        OPENING.set(stream);
    }

    static void opened() {
        OPENING.remove();
    }

    @Override
    public void onStreamCreated(Stream stream) {
        super.onStreamCreated(stream);
        Window window = new Window(stream);
        keepOpen(stream, window);
        Consumer<Window> waiting = OPENING.get();
        if (stream.isLocal() && waiting != null) {
            OPENING.remove();
            waiting.accept(window);
        }
    }

    private synchronized void keepOpen(Stream stream, Window window) {
        if (windows.isEmpty()) {
            silentFor(stream, NEVER);
        }
        windows.put(stream, window);
    }

    @Override
    public void onStreamDestroyed(Stream stream) {
        boolean last = letGo(stream);
        super.onStreamDestroyed(stream);
        if (last) {
            end(stream.getSession());
        }
    }

    /** @return whether the connection has nothing to do any more */
    private synchronized boolean letGo(Stream stream) {
        Window window = windows.remove(stream);
        if (window == null) {
            return false;
        }
        if (windows.isEmpty()) {
            silentFor(stream, idleMillis);
        }
        if (stream.isReset()) {
            window.reset.run();
        }
        return retired && windows.isEmpty();
    }

    private static void silentFor(Stream stream, long millis) {
        ((HTTP2Session) stream.getSession()).getEndPoint().setIdleTimeout(millis);
    }

    @Override
    public void onDataConsumed(Session session, Stream stream, int length) {
        super.onDataConsumed(session, null, length);
        Window window = stream == null ? null : windows.get(stream);
        if (window != null) {
            window.read(length);
        }
    }

    /** The window of one stream. */
    final class Window {

        private final Stream stream;
        private int unacknowledged;
        private volatile Runnable reset = () -> {};

        private Window(Stream stream) {
            this.stream = stream;
        }

        /** @param told where either side has reset the stream */
        void onReset(Runnable told) {
            reset = told;
        }

        /** Its request has failed, or been given up: the stream is reset. */
        void wear() {
            resets.incrementAndGet();
        }

        private synchronized void read(int length) {
            unacknowledged += length;
        }

        /** @param left what has come and was not taken yet, in bytes */
        void taken(int left) {
            int taken = take(left);
            if (taken > 0 && !stream.isRemotelyClosed()) {
                updateRecvWindow(stream, taken);
                sendWindowUpdate(stream.getSession(), stream, List.of(new WindowUpdateFrame(stream.getId(), taken)));
            }
        }

        private synchronized int take(int left) {
            int taken = unacknowledged - left;
            if (taken <= OF_STREAM * BEFORE_UPDATE) {
                return 0;
            }
            unacknowledged -= taken;
            return taken;
        }
    }
}
