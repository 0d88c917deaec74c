package org.mcpproxy.relay;

import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.GoAwayFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.server.RawHTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/** A backend over HTTP/2 without TLS, which does frame by frame what a test says. */
final class FrameBackend implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 20;
    private static final int ANY = 1024 * 1024;

    /** All connections there were. */
    final List<Session> sessions = new CopyOnWriteArrayList<>();

    private final BlockingQueue<Received> requests = new LinkedBlockingQueue<>();
    private final Server server = new Server();
    private final ServerConnector connector;

    /** @param streams how many it allows on one connection */
    FrameBackend(int streams) throws Exception {
        connector = new ServerConnector(server, new RawHTTP2ServerConnectionFactory(new Sessions(streams)));
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.start();
    }

    URI url() {
        return URI.create("http://localhost:" + connector.getLocalPort() + "/mcp?a=b");
    }

    /** The next request. */
    Received next() throws InterruptedException {
        Received next = requests.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("No request came");
        }
        return next;
    }

    int waiting() {
        return requests.size();
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }

    /** One request, and how it is answered. */
    static final class Received implements Stream.Listener {

        final Stream stream;
        final MetaData.Request head;
        /** Those that the client's windows let through. */
        final AtomicInteger parts = new AtomicInteger();

        final BlockingQueue<Integer> resets = new LinkedBlockingQueue<>();

        Received(Stream stream, MetaData.Request head) {
            this.stream = stream;
            this.head = head;
        }

        @Override
        public void onDataAvailable(Stream from, boolean dispatch) {
            for (Stream.Data data = from.readData(); data != null; data = from.readData()) {
                data.release();
                if (data.frame().isEndStream()) {
                    return;
                }
            }
            from.demand();
        }

        @Override
        public void onReset(Stream from, ResetFrame frame, Callback callback) {
            resets.add(frame.getError());
            callback.succeeded();
        }

        /** However little the client says that it takes. */
        Received head(int status, String... fields) {
            ((HTTP2Session) stream.getSession())
                    .getGenerator()
                    .getHpackEncoder()
                    .setMaxHeaderListSize(ANY);
            HttpFields.Mutable all = HttpFields.build();
            for (int i = 0; i < fields.length; i += 2) {
                all.add(fields[i], fields[i + 1]);
            }
            stream.headers(new HeadersFrame(
                            stream.getId(), new MetaData.Response(status, null, HttpVersion.HTTP_2, all), null, false))
                    .join();
            return this;
        }

        Received part(String text) {
            send(text, false);
            parts.incrementAndGet();
            return this;
        }

        void last(String text) {
            send(text, true);
        }

        private void send(String text, boolean last) {
            stream.data(new DataFrame(stream.getId(), BufferUtil.toBuffer(text), last))
                    .join();
        }

        void reset(int code) {
            stream.reset(new ResetFrame(stream.getId(), code), Callback.NOOP);
        }

        /** Will look at no stream after this one. */
        void goAway(int lastStream) {
            ((HTTP2Session) stream.getSession()).goAway(new GoAwayFrame(lastStream, 0, new byte[0]), Callback.NOOP);
        }

        /** Ends the connection without a word. */
        void cut() {
            ((HTTP2Session) stream.getSession()).getEndPoint().close();
        }
    }

    private final class Sessions implements ServerSessionListener {

        private final int streams;

        Sessions(int streams) {
            this.streams = streams;
        }

        @Override
        public Map<Integer, Integer> onPreface(Session session) {
            return Map.of(SettingsFrame.MAX_CONCURRENT_STREAMS, streams);
        }

        @Override
        public void onAccept(Session session) {
            sessions.add(session);
        }

        @Override
        public Stream.Listener onNewStream(Stream stream, HeadersFrame frame) {
            Received received = new Received(stream, (MetaData.Request) frame.getMetaData());
            requests.add(received);
            stream.demand();
            return received;
        }
    }
}
