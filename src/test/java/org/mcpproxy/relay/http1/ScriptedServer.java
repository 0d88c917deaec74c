package org.mcpproxy.relay.http1;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Accepts connections and does with their bytes exactly what a test says. */
public final class ScriptedServer implements AutoCloseable {

    private final ServerSocket listener;
    private final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();

    public ScriptedServer() throws IOException {
        this(InetAddress.getLoopbackAddress(), 0);
    }

    /** At one address alone. */
    ScriptedServer(InetAddress address, int port) throws IOException {
        listener = new ServerSocket(port, 50, address);
        Thread thread = new Thread(this::accept, "scripted-server");
        thread.setDaemon(true);
        thread.start();
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/mcp");
    }

    int port() {
        return listener.getLocalPort();
    }

    /** The next new connection, which must come soon. */
    public Peer next() throws InterruptedException {
        Peer peer = peers.poll(10, TimeUnit.SECONDS);
        if (peer == null) {
            throw new AssertionError("No new connection");
        }
        return peer;
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                socket.setSoTimeout(10_000);
                peers.add(new Peer(socket));
            }
        } catch (IOException e) {
            // closed
        }
    }

    /** The server's side of one connection. */
    public record Peer(Socket socket) {

        /** Reads one request whose body is as long as its head says. */
        public String request() throws IOException {
            InputStream in = socket.getInputStream();
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                if (next < 0) {
                    throw new IOException("The client closed after: " + head);
                }
                head.append((char) next);
            }
            int at = head.indexOf("Content-Length: ");
            int length = at < 0 ? 0 : Integer.parseInt(head.substring(at + 16, head.indexOf("\r\n", at)));
            return head + new String(in.readNBytes(length), StandardCharsets.ISO_8859_1);
        }

        public Peer send(String text) throws IOException {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            return this;
        }

        /** Whether the client closes its side, sooner than it would an idle connection. */
        public boolean isClosedByClient() throws IOException {
            try {
                socket.setSoTimeout(3_000);
                return socket.getInputStream().read() < 0;
            } catch (java.net.SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        public void close() throws IOException {
            socket.close();
        }

        /** Ends with a reset, as a server does that has died. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }
}
