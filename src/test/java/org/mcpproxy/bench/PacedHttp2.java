package org.mcpproxy.bench;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.api.server.ServerSessionListener;
import org.eclipse.jetty.http2.frames.DataFrame;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.http2.frames.ResetFrame;
import org.eclipse.jetty.http2.frames.SettingsFrame;
import org.eclipse.jetty.http2.server.RawHTTP2ServerConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.component.LifeCycle;

/** The event streams of {@link PacedBackend} over HTTP/2 with prior knowledge: many on one connection. */
final class PacedHttp2 implements AutoCloseable {

    private static final int STREAMS_OF_CONNECTION = 256;

    private final Server server = new Server();
    private final ServerConnector connector;

    /** @param opened is given each stream once its head is sent */
    PacedHttp2(Consumer<PacedBackend.Paced> opened) throws Exception {
        connector = new ServerConnector(server, new RawHTTP2ServerConnectionFactory(new Sessions(opened)));
        connector.setHost("127.0.0.1");
        connector.setAcceptQueueSize(4096);
        server.addConnector(connector);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/mcp");
    }

    @Override
    public void close() {
        LifeCycle.stop(server);
    }

    private record Sessions(Consumer<PacedBackend.Paced> opened) implements ServerSessionListener {

        @Override
        public Map<Integer, Integer> onPreface(Session session) {
            return Map.of(SettingsFrame.MAX_CONCURRENT_STREAMS, STREAMS_OF_CONNECTION);
        }

        @Override
        public Stream.Listener onNewStream(Stream stream, HeadersFrame frame) {
            Events events = new Events(stream);
            HttpFields fields = HttpFields.build().add("content-type", "text/event-stream");
            stream.headers(new HeadersFrame(
                            stream.getId(), new MetaData.Response(200, null, HttpVersion.HTTP_2, fields), null, false))
                    .thenRun(() -> opened.accept(events));
            return events;
        }
    }

    private static final class Events implements Stream.Listener, PacedBackend.Paced {

        private final Stream stream;
        private volatile boolean open = true;
        private volatile CompletableFuture<Stream> last = CompletableFuture.completedFuture(null);

        Events(Stream stream) {
            this.stream = stream;
        }

        @Override
        public boolean isOpen() {
            return open;
        }

        /** Leaves one out where the last has not gone: its reader is slower than a second. */
        @Override
        public void send(byte[] event) {
            if (open && last.isDone()) {
                last = stream.data(new DataFrame(stream.getId(), ByteBuffer.wrap(event), false));
            }
        }

        @Override
        public void close() {
            open = false;
        }

        @Override
        public void onReset(Stream from, ResetFrame frame, Callback callback) {
            open = false;
            callback.succeeded();
        }

        @Override
        public void onFailure(Stream from, int error, String reason, Throwable failure, Callback callback) {
            open = false;
            callback.succeeded();
        }
    }
}
