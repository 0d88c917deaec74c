package org.mcpproxy.client.document;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** An HTTP proxy that opens one tunnel, whatever it is asked for to the same port of this machine. */
final class ConnectProxy implements AutoCloseable {

    private final ServerSocket listening;
    private final int target;
    private volatile String asked;

    ConnectProxy(int target) throws IOException {
        this.target = target;
        listening = new ServerSocket(0, 5, InetAddress.getByName("127.0.0.1"));
        start(this::serve);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listening.getLocalPort());
    }

    /** The first line that it was sent. */
    String asked() {
        return asked;
    }

    private void serve() throws IOException {
        try (Socket client = listening.accept();
                Socket host = new Socket("127.0.0.1", target)) {
            asked = head(client.getInputStream()).lines().findFirst().orElse("");
            client.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            start(() -> pass(host.getInputStream(), client.getOutputStream()));
            pass(client.getInputStream(), host.getOutputStream());
        }
    }

    private static void pass(InputStream in, OutputStream out) throws IOException {
        in.transferTo(out);
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            head.append((char) in.read());
        }
        return head.toString();
    }

    private static void start(Work work) {
        Thread thread = new Thread(
                () -> {
                    try {
                        work.run();
                    } catch (IOException e) {
                        // one of the two has ended
                    }
                },
                "connect-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    private interface Work {
        void run() throws IOException;
    }
}
