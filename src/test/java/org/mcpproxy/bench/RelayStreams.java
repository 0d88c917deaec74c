package org.mcpproxy.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/**
 * What takes long: 1,000 calls of 30 s each, and beside them another user's fast ones; then 10,000 event streams with one
 * event a second each, or as many as the process may have files open; and as many again from a backend over HTTP/2, which
 * needs few files. Prints rows of a table. The proxy is alone on the first core.
 *
 * <p>Arguments: {@code --quick}, and the home of the JDK.
 */
public final class RelayStreams {

    private static final Duration START = Duration.ofMinutes(2);
    private static final int HELD = 1_000;
    private static final int FAST = 1_000;
    private static final int STREAMS = 10_000;
    private static final int QUICK_STREAMS = 1_000;
    private static final int FILES_FOR_ALL_ELSE = 3_000;

    /**
     * So many streams are opened at once: a server that has just started cannot take thousands within its time to connect, and
     * their events would come all at the same moment of each second.
     */
    private static final int AT_A_TIME = 50;

    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private final PrintStream out = System.out;
    private final boolean quick;
    private final PacedBackend backend;
    private final ProxySystem proxy;

    private RelayStreams(boolean quick, PacedBackend backend, ProxySystem proxy) {
        this.quick = quick;
        this.backend = backend;
        this.proxy = proxy;
    }

    public static void main(String[] arguments) {
        int status = 1;
        boolean quick = List.of(arguments).contains("--quick");
        Path jdk = Path.of(arguments[arguments.length - 1]);
        try (OktaTenant okta = OktaTenant.start();
                PacedBackend backend = new PacedBackend(Duration.ofSeconds(quick ? 10 : 30))) {
            try (ProxySystem proxy = start(plan(okta, jdk).with("MCP_BACKEND", backend.url()))) {
                okta.allowRedirect(proxy.at("/oauth/callback"));
                new RelayStreams(quick, backend, proxy).measure();
            }
            ProxySystem.Plan http2 =
                    plan(okta, jdk).with("MCP_BACKEND", backend.http2Url()).with("MCP_BACKEND_HTTP_VERSION", 2);
            try (ProxySystem proxy = start(http2)) {
                okta.allowRedirect(proxy.at("/oauth/callback"));
                new RelayStreams(quick, backend, proxy).measureOverHttp2();
            }
            status = 0;
        } catch (Exception e) {
            e.printStackTrace();
        }
        System.exit(status);
    }

    private static ProxySystem.Plan plan(OktaTenant okta, Path jdk) {
        return ProxySystem.plan()
                .optimized()
                .named("bench")
                .onJava(jdk)
                .with("OKTA_ISSUER", okta.issuer())
                .with("OKTA_CLIENT_ID", okta.clientId())
                .with("OKTA_CLIENT_SECRET", okta.clientSecret())
                .with("RELAY_CONCURRENT_PER_USER", 20_000)
                .with("RELAY_REQUESTS_PER_MINUTE", 1_000_000);
    }

    private static ProxySystem start(ProxySystem.Plan plan) throws IOException, InterruptedException {
        Cores.first();
        ProxySystem proxy = plan.start();
        Cores.others();
        return proxy;
    }

    private void measure() throws Exception {
        String alice = OAuthClient.publicClient(proxy).signOn("alice").get("access_token");
        String bob = OAuthClient.publicClient(proxy).signOn("bob").get("access_token");
        out.println("| what takes long | measured |");
        out.println("| --- | --- |");
        heldCalls(alice, bob);
        int streams = quick ? QUICK_STREAMS : Math.min(STREAMS, (files() - FILES_FOR_ALL_ELSE) / 2);
        streams("straight from the backend", backend.url(), "", streams);
        long before = ResidentMemory.megabytes(proxy.pid());
        streams("through the proxy", proxy.mcp(), alice, streams);
        out.printf("| resident memory of the proxy before, idle | %d MB |%n", before);
    }

    private void measureOverHttp2() throws Exception {
        String alice = OAuthClient.publicClient(proxy).signOn("alice").get("access_token");
        int streams = quick ? QUICK_STREAMS : Math.min(STREAMS, files() - FILES_FOR_ALL_ELSE);
        streams("through the proxy, over HTTP/2 from the backend", proxy.mcp(), alice, streams);
    }

    private void heldCalls(String alice, String bob) throws Exception {
        try (Fast client = new Fast(proxy.mcp(), bob)) {
            IntStream.range(0, FAST * 3).forEach(i -> client.call());
            row("fast calls, nothing else under way", client.times());
            int threads = threads();
            List<Socket> held = new ArrayList<>();
            for (int i = 0; i < HELD; i++) {
                held.add(call(proxy.mcp(), alice, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"hold\"}"));
            }
            Waiting.until("all calls are held", START, () -> backend.held() == HELD);
            row("fast calls of another user, %,d calls held".formatted(HELD), client.times());
            out.printf("| threads of the proxy meanwhile | %d, before %d |%n", threads(), threads);
            out.printf("| calls still held then | %,d |%n", backend.held());
            int answered = 0;
            for (Socket each : held) {
                InputStream in = each.getInputStream();
                answered += new String(in.readNBytes(15), StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200") ? 1 : 0;
                each.close();
            }
            out.printf("| held calls that were answered | %,d |%n", answered);
        }
    }

    private void row(String what, double[] milliseconds) {
        out.printf(
                "| %s | p50 %.1f ms, p99 %.1f ms, slowest %.1f ms |%n",
                what, percentile(milliseconds, 0.5), percentile(milliseconds, 0.99), percentile(milliseconds, 1));
    }

    private static double percentile(double[] sorted, double part) {
        return sorted[(int) Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
    }

    private void streams(String what, URI target, String token, int count) throws Exception {
        long before = ResidentMemory.megabytes(proxy.pid());
        Selector selector = Selector.open();
        Lateness lateness = new Lateness(selector);
        for (int open = 0; open < count; ) {
            int next = Math.min(count, open + AT_A_TIME);
            for (; open < next; open++) {
                SocketChannel channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", target.getPort()));
                channel.write(ByteBuffer.wrap(head("GET", target, token, 0).getBytes(StandardCharsets.US_ASCII)));
                channel.configureBlocking(false);
                channel.register(selector, SelectionKey.OP_READ);
            }
            readUntilOpen(next, lateness);
        }
        lateness.collect(Duration.ofSeconds(5));
        double[] late = lateness.collect(Duration.ofSeconds(quick ? 5 : 30));
        row("%,d event streams %s, %,d events, lateness".formatted(count, what, late.length), late);
        if (!token.isEmpty()) {
            long after = ResidentMemory.megabytes(proxy.pid());
            out.printf(
                    "| memory for each stream, threads | %.1f KiB, %d |%n",
                    (after - before) * 1024.0 / count, threads());
        }
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
        Waiting.until("the backend has heard of it", START, () -> backend.streams() == 0);
    }

    /** What comes meanwhile is read: events that had to wait would come in lumps. */
    private void readUntilOpen(int streams, Lateness lateness) throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (backend.streams() != streams) {
            lateness.collect(A_MOMENT);
            if (System.nanoTime() > end) {
                throw new IllegalStateException("Of %,d streams %,d are open".formatted(streams, backend.streams()));
            }
        }
    }

    private int threads() throws IOException {
        return number(Path.of("/proc/" + proxy.pid() + "/status"), "Threads:");
    }

    private static int files() throws IOException {
        return number(Path.of("/proc/self/limits"), "Max open files");
    }

    private static int number(Path file, String name) throws IOException {
        return Files.readAllLines(file).stream()
                .filter(line -> line.startsWith(name))
                .mapToInt(line ->
                        Integer.parseInt(line.substring(name.length()).strip().split("\\s+")[0]))
                .findFirst()
                .orElseThrow();
    }

    private static Socket call(URI target, String token, String body) throws IOException {
        Socket socket = new Socket("127.0.0.1", target.getPort());
        socket.setTcpNoDelay(true);
        socket.getOutputStream()
                .write((head("POST", target, token, body.length()) + body).getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private static String head(String method, URI target, String token, int length) {
        return method + " " + target.getPath() + " HTTP/1.1\r\nHost: localhost:" + target.getPort()
                + "\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\n"
                + (token.isEmpty() ? "" : "Authorization: Bearer " + token + "\r\n")
                + (length == 0 ? "" : "Content-Length: " + length + "\r\n") + "\r\n";
    }

    /** One client's short calls, one after another. */
    private static final class Fast implements AutoCloseable {

        private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

        private final URI target;
        private final String token;
        private final Socket socket;

        Fast(URI target, String token) throws IOException {
            this.target = target;
            this.token = token;
            this.socket = new Socket("127.0.0.1", target.getPort());
            socket.setTcpNoDelay(true);
        }

        /** In milliseconds, sorted. */
        double[] times() {
            double[] times = IntStream.range(0, FAST)
                    .mapToDouble(i -> {
                        long begin = System.nanoTime();
                        call();
                        return (System.nanoTime() - begin) / 1e6;
                    })
                    .toArray();
            Arrays.sort(times);
            return times;
        }

        void call() {
            try {
                socket.getOutputStream()
                        .write((head("POST", target, token, PING.length()) + PING).getBytes(StandardCharsets.US_ASCII));
                StringBuilder answer = new StringBuilder();
                byte[] bytes = new byte[4096];
                while (!answer.toString().endsWith("{}}")) {
                    int count = socket.getInputStream().read(bytes);
                    if (count < 0) {
                        throw new IllegalStateException("Answered " + answer);
                    }
                    answer.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** How long after it was sent each event came. */
    private static final class Lateness {

        private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);

        private final Selector selector;
        private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

        Lateness(Selector selector) {
            this.selector = selector;
        }

        /** In milliseconds, sorted. Each event comes in one piece, being so short; the rare one that two chunks share is left out. */
        double[] collect(Duration time) throws IOException {
            List<Double> late = new ArrayList<>();
            long end = System.nanoTime() + time.toNanos();
            while (System.nanoTime() < end) {
                selector.select(key -> read(key, late), 100);
            }
            return late.stream().mapToDouble(each -> each).sorted().toArray();
        }

        private void read(SelectionKey key, List<Double> late) {
            try {
                buffer.clear();
                if (((SocketChannel) key.channel()).read(buffer) < 0) {
                    throw new IllegalStateException("A stream ended.");
                }
                long now = System.nanoTime();
                String text = StandardCharsets.US_ASCII.decode(buffer.flip()).toString();
                String mark = new String(DATA, StandardCharsets.US_ASCII);
                for (int at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) {
                    int stop = text.indexOf('\n', at);
                    if (stop > 0 && text.charAt(stop - 1) != '\r') {
                        late.add((now - Long.parseLong(text.substring(at + DATA.length, stop))) / 1e6);
                    }
                }
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
