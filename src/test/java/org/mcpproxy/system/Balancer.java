package org.mcpproxy.system;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Stands before several nodes and gives each connection to the next one that accepts it. It knows nothing of HTTP, and
 * nobody by whom to remember which node he had.
 */
public final class Balancer implements Address, AutoCloseable {

    private static final int BACKLOG = 500;
    private static final int BUFFER = 16 * 1024;
    private static final Duration CONNECT = Duration.ofSeconds(2);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicReference<CompletableFuture<String>> lost = new AtomicReference<>();
    private final AtomicInteger turn = new AtomicInteger();
    private final ServerSocket server;
    private volatile List<Integer> ports = List.of();

    private Balancer(ServerSocket server) {
        this.server = server;
        threads.execute(this::accept);
    }

    /** One without nodes, on a free port. */
    public static Balancer open() {
        try {
            return new Balancer(new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public URI at(String path) {
        return URI.create("http://localhost:" + server.getLocalPort() + path);
    }

    /** From now on, connections go to these in turn, beginning with the first. */
    public void sendTo(ProxySystem... nodes) {
        ports = Stream.of(nodes).map(ProxySystem::port).toList();
        turn.set(0);
    }

    /** How many there were since then. */
    public int connections() {
        return turn.get();
    }

    /** Takes the whole answer to the next connection, which the client will not see, and then ends the connection. */
    public CompletableFuture<String> loseNextAnswer() {
        CompletableFuture<String> answer = new CompletableFuture<>();
        lost.set(answer);
        return answer;
    }

    @Override
    public void close() {
        threads.shutdownNow();
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                threads.execute(() -> serve(client));
            } catch (IOException e) {
                // closed, or a client that has gone already
            }
        }
    }

    private void serve(Socket client) {
        CompletableFuture<String> toLose = lost.getAndSet(null);
        try (client;
                Socket node = next()) {
            Future<?> requests = threads.submit(() -> copy(client, node));
            if (toLose == null) {
                copy(node, client);
                requests.get();
            } else {
                toLose.complete(whole(node));
            }
        } catch (Exception e) {
            // either side sees that the connection is over
        }
    }

    /** Whichever accepts, beginning with the one whose turn it is. */
    private Socket next() throws IOException {
        List<Integer> nodes = ports;
        int first = turn.getAndIncrement();
        for (int i = 0; i < nodes.size(); i++) {
            Socket node = new Socket();
            try {
                int port = nodes.get((first + i) % nodes.size());
                node.connect(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                        Math.toIntExact(CONNECT.toMillis()));
                return node;
            } catch (IOException refused) {
                node.close();
            }
        }
        throw new IOException("No node accepts");
    }

    /** The end of one direction is passed on, and leaves the other open; a broken one ends both. */
    private static void copy(Socket from, Socket to) {
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            byte[] buffer = new byte[BUFFER];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                out.write(buffer, 0, read);
            }
            to.shutdownOutput();
        } catch (IOException broken) {
            end(from);
            end(to);
        }
    }

    private static void end(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // it is over
        }
    }

    private static String whole(Socket node) throws IOException {
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        node.getInputStream().transferTo(answer);
        return answer.toString(StandardCharsets.UTF_8);
    }
}
