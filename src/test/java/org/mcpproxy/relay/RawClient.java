package org.mcpproxy.relay;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;

/** An HTTP client that shows what comes over the wire, as it comes. */
final class RawClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private String head;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Sends a request; {@code headers} are whole lines. */
    static RawClient send(int port, String method, String path, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return begin(port, method, path, bytes.length, bytes, headers);
    }

    /** Sends as much of a body, of blanks, as the server takes, but not its last byte. */
    static RawClient sendUnfinished(int port, String path, int length, String... headers) {
        return begin(port, "POST", path, length + 1, " ".repeat(length).getBytes(StandardCharsets.US_ASCII), headers);
    }

    /** As {@link #send}, from another address of this machine than all others. */
    static RawClient sendFrom(String address, int port, String method, String path, String body, String... headers) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return begin(address, port, method, path, bytes.length, bytes, headers);
    }

    private static RawClient begin(
            int port, String method, String path, int announced, byte[] body, String... headers) {
        return begin("127.0.0.1", port, method, path, announced, body, headers);
    }

    private static RawClient begin(
            String address, int port, String method, String path, int announced, byte[] body, String... headers) {
        try {
            Socket socket = new Socket();
            // small, so that a reader who does not read is noticed soon
            socket.setReceiveBufferSize(16 * 1024);
            socket.bind(new InetSocketAddress(address, 0));
            socket.connect(new InetSocketAddress("localhost", port));
            socket.setSoTimeout(PATIENCE_MILLIS);
            String lines = headers.length == 0 ? "" : String.join("\r\n", headers) + "\r\n";
            String start = method + " " + path + " HTTP/1.1\r\nHost: localhost:" + port + "\r\n" + lines
                    + (method.equals("POST") ? "Content-Length: " + announced + "\r\n" : "") + "\r\n";
            socket.getOutputStream().write(start.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().write(body);
            return new RawClient(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether anything has come that was not read. */
    boolean hasMore() {
        try {
            return in.available() > 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Status line and headers, once they have come. */
    String head() {
        try {
            if (head == null) {
                head = Wire.head(in);
            }
            return head;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int status() {
        return Integer.parseInt(head().split(" ")[1]);
    }

    /** The next piece of a chunked body, or null at its end. */
    String chunk() {
        byte[] bytes = chunkBytes();
        return bytes.length == 0 ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    /** A whole chunked body, in which a character may be split over two chunks. */
    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (byte[] chunk = chunkBytes(); chunk.length > 0; chunk = chunkBytes()) {
            whole.writeBytes(chunk);
        }
        return whole.toByteArray();
    }

    private byte[] chunkBytes() {
        head();
        try {
            byte[] bytes = in.readNBytes(Integer.parseInt(line(), 16));
            line();
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The whole body. */
    String body() {
        try {
            if (!head().toLowerCase().contains("transfer-encoding: chunked")) {
                return new String(in.readNBytes(Wire.length(head())), StandardCharsets.UTF_8);
            }
            return new String(bytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everything that still comes, raw, until the connection is closed, which a reset is too. */
    String rest() {
        head();
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            for (int next = in.read(); next >= 0; next = in.read()) {
                rest.write(next);
            }
        } catch (SocketTimeoutException e) {
            throw new AssertionError("The connection stayed open after " + rest, e);
        } catch (IOException e) {
            // closed by a reset
        }
        return rest.toString(StandardCharsets.ISO_8859_1);
    }

    /** The name of the server's side of this connection in {@link Connections}. */
    String keyAt(int serverPort) {
        return Connections.key(serverPort, "127.0.0.1", socket.getLocalPort()).orElseThrow();
    }

    /** Reads raw bytes of the body, for who cares for their number only; -1 at the end. */
    int read(byte[] into) throws IOException {
        return in.read(into);
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The answer broke off.");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
