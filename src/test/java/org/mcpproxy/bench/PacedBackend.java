package org.mcpproxy.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * An MCP server in name only, whose answers take their time: each GET is an event stream with one event a second, which
 * says when it was sent; a POST whose body says {@code hold} is answered after that long, any other at once. The event
 * streams are to be had over HTTP/2, too.
 */
final class PacedBackend implements AutoCloseable {

    private static final byte[] ANSWER =
            ("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 36\r\n\r\n"
                            + "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}")
                    .getBytes(StandardCharsets.US_ASCII);
    private static final String EVENTS = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    private static final int SLICES = 100;

    private final ServerSocketChannel listener = ServerSocketChannel.open();
    private final ExecutorService threads = Executors.newCachedThreadPool(PacedBackend::thread);
    private final List<Paced> streams = new CopyOnWriteArrayList<>();
    private final PacedHttp2 http2;
    private final AtomicInteger held = new AtomicInteger();
    private final Duration hold;
    private volatile boolean closed;

    /** @param hold how long held calls take */
    PacedBackend(Duration hold) throws Exception {
        this.hold = hold;
        this.http2 = new PacedHttp2(streams::add);
        listener.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 4096);
        threads.execute(this::accept);
        threads.execute(this::pace);
    }

    URI url() throws IOException {
        return URI.create("http://127.0.0.1:" + ((InetSocketAddress) listener.getLocalAddress()).getPort() + "/mcp");
    }

    /** For event streams over HTTP/2 with prior knowledge. */
    URI http2Url() {
        return http2.url();
    }

    /** How many streams are open. */
    int streams() {
        return (int) streams.stream().filter(Paced::isOpen).count();
    }

    /** How many calls are being held now. */
    int held() {
        return held.get();
    }

    @Override
    public void close() throws IOException {
        closed = true;
        listener.close();
        streams.forEach(Paced::close);
        http2.close();
        threads.shutdownNow();
    }

    private void accept() {
        try {
            while (true) {
                SocketChannel channel = listener.accept();
                threads.execute(() -> serve(channel));
            }
        } catch (IOException e) {
            // closed
        }
    }

    private void serve(SocketChannel channel) {
        try {
            InputStream in = new BufferedInputStream(Channels.newInputStream(channel), 1024);
            for (String head = head(in); head != null; head = head(in)) {
                int at = head.toLowerCase().indexOf("content-length: ");
                int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
                String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
                if (head.startsWith("GET ")) {
                    channel.write(ByteBuffer.wrap(EVENTS.getBytes(StandardCharsets.US_ASCII)));
                    streams.add(new OverHttp1(channel));
                    return;
                }
                if (body.contains("\"hold\"")) {
                    hold();
                }
                channel.write(ByteBuffer.wrap(ANSWER));
            }
            channel.close();
        } catch (IOException e) {
            // the proxy closed it
        }
    }

    private void hold() {
        held.incrementAndGet();
        long end = System.nanoTime() + hold.toNanos();
        while (System.nanoTime() < end && !closed) {
            LockSupport.parkNanos(end - System.nanoTime());
        }
        held.decrementAndGet();
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (int next = in.read(); next >= 0; next = in.read()) {
            head.append((char) next);
            if (next == '\n' && head.length() > 3 && head.charAt(head.length() - 3) == '\n') {
                return head.toString();
            }
        }
        return null;
    }

    /** A hundredth of the streams every ten milliseconds. */
    private void pace() {
        long next = System.nanoTime();
        for (int slice = 0; !closed; slice = (slice + 1) % SLICES) {
            for (int i = slice; i < streams.size(); i += SLICES) {
                streams.get(i).send(event());
            }
            next += 10_000_000;
            LockSupport.parkNanos(next - System.nanoTime());
        }
    }

    private static byte[] event() {
        return ("data: " + System.nanoTime() + "\n\n").getBytes(StandardCharsets.US_ASCII);
    }

    /** A stream that is sent one event after another. */
    interface Paced {

        boolean isOpen();

        void send(byte[] event);

        void close();
    }

    private record OverHttp1(SocketChannel channel) implements Paced {

        @Override
        public boolean isOpen() {
            return channel.isOpen();
        }

        @Override
        public void send(byte[] event) {
            try {
                channel.write(ByteBuffer.wrap(event));
            } catch (IOException e) {
                close();
            }
        }

        @Override
        public void close() {
            try {
                channel.close();
            } catch (IOException e) {
                // it is closed all the same
            }
        }
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(null, work, "paced-backend", 128 * 1024);
        thread.setDaemon(true);
        return thread;
    }
}
