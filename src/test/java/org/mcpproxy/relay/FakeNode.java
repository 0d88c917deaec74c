package org.mcpproxy.relay;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** Listens where a node is thought to be, and hears what it is sent. */
final class FakeNode implements AutoCloseable {

    /** Instead of an answer. */
    static final String SILENCE = "";

    private static final int FREE = 0;

    private final ServerSocket listener;
    private final UnaryOperator<String> answering;
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final List<Socket> open = new CopyOnWriteArrayList<>();

    /** @param answering gives the whole answer to a request with this head */
    FakeNode(UnaryOperator<String> answering) throws IOException {
        this(FREE, answering);
    }

    private FakeNode(int port, UnaryOperator<String> answering) throws IOException {
        this.listener = new ServerSocket(port, 50, InetAddress.getByName("localhost"));
        this.answering = answering;
        begin(this::accept);
    }

    /** One who answers without knowing our secret. */
    static FakeNode impostor(int port) throws IOException {
        return new FakeNode(
                port,
                head -> "HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nX-Node-Proof: believe me\r\n"
                        + "X-Node-Refusal: believe me\r\nWWW-Authenticate: Bearer\r\n"
                        + "Content-Length: 18\r\n\r\n{\"a\":\"believe me\"}");
    }

    static FakeNode impostor() throws IOException {
        return impostor(FREE);
    }

    String url() {
        return "http://localhost:" + listener.getLocalPort();
    }

    /** The requests that have come, whole. */
    List<String> heard() {
        return heard;
    }

    private void accept() throws IOException {
        while (true) {
            Socket next = listener.accept();
            open.add(next);
            begin(() -> serve(next));
        }
    }

    private void serve(Socket socket) throws IOException {
        InputStream in = socket.getInputStream();
        while (true) {
            String head = Wire.head(in);
            byte[] body = in.readNBytes(Wire.length(head));
            heard.add(head + new String(body, StandardCharsets.UTF_8));
            socket.getOutputStream().write(answering.apply(head).getBytes(StandardCharsets.US_ASCII));
        }
    }

    private interface Work {

        void run() throws IOException;
    }

    private static void begin(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException e) {
                // closed
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket each : open) {
            each.close();
        }
    }
}
