package org.mcpproxy.relay;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** An MCP server in name only: shows each request to the test, which writes the answer byte by byte as it likes. */
final class RawBackend implements AutoCloseable {

    private final ServerSocket listener;
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();

    RawBackend() throws IOException {
        listener = new ServerSocket(0, 2000, InetAddress.getByName("127.0.0.1"));
        daemon(this::accept);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/mcp");
    }

    /** The next request, which must come within ten seconds. */
    Request next() {
        try {
            Request request = requests.poll(10, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("No request reached the backend.");
            }
            return request;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    boolean isIdle() {
        return requests.isEmpty();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                daemon(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    /** One request for each connection: a second one would not be told from the end of the first. */
    private void serve(Socket socket) {
        try {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            String head = Wire.head(in);
            byte[] body = in.readNBytes(Wire.length(head));
            requests.add(new Request(head, new String(body, StandardCharsets.UTF_8), socket, in));
        } catch (IOException e) {
            // the proxy closed an unused connection
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "raw-backend");
        thread.setDaemon(true);
        thread.start();
    }

    /** One request, and the way to answer it. */
    record Request(String head, String body, Socket socket, InputStream in) {

        /** Sends this at once, in a packet of its own. */
        Request send(String text) {
            return send(text.getBytes(StandardCharsets.UTF_8));
        }

        Request send(byte[] bytes) {
            try {
                OutputStream out = socket.getOutputStream();
                socket.setTcpNoDelay(true);
                out.write(bytes);
                out.flush();
                return this;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** A whole answer. */
        void answer(String statusAndHeaders, String body) {
            send("HTTP/1.1 " + statusAndHeaders + "\r\nContent-Length: " + body.getBytes(StandardCharsets.UTF_8).length
                    + "\r\nConnection: close\r\n\r\n" + body);
            end();
        }

        /** The head of an event stream, which ends with the connection. */
        Request openEvents() {
            return send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n");
        }

        void end() {
            try {
                socket.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** Whether the proxy closes its side within this time. */
        boolean isGivenUpWithin(long millis) {
            try {
                socket.setSoTimeout((int) millis);
                return in.read() < 0;
            } catch (java.net.SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }
    }
}
