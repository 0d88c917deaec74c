package org.mcpproxy.clients;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** An MCP server behind the proxy, as a program of its own on a free port. */
final class McpBackend implements AutoCloseable {

    /** Which server, and with it the era of the protocol. */
    enum Kind {
        /** {@code @modelcontextprotocol/server-everything}: revision 2025-11-25 and older, with sessions. */
        EVERYTHING("node_modules/@modelcontextprotocol/server-everything/dist/index.js", "streamableHttp"),

        /** The same over HTTP+SSE of 2024-11-05. */
        EVERYTHING_OVER_SSE("node_modules/@modelcontextprotocol/server-everything/dist/index.js", "sse"),

        /** A small server on {@code @modelcontextprotocol/server}: revision 2026-07-28 only. */
        MODERN("backends/modern.mjs"),

        /** One with all that the conformance suite asks for: both eras, by the request. */
        CONFORMANCE("backends/conformance.mjs");

        private final String script;
        private final String[] arguments;

        Kind(String script, String... arguments) {
            this.script = script;
            this.arguments = arguments;
        }

        /** As the proxy's settings name it. */
        String transport() {
            return this == EVERYTHING_OVER_SSE ? "sse" : "streamable-http";
        }

        private String path() {
            return this == EVERYTHING_OVER_SSE ? "/sse" : "/mcp";
        }
    }

    private static final Duration START = Duration.ofSeconds(30);

    private final Kind kind;
    private final Process process;
    private final int port;

    private McpBackend(Kind kind, Process process, int port) {
        this.kind = kind;
        this.process = process;
        this.port = port;
    }

    /** @throws IllegalStateException where it does not listen within 30 s */
    static McpBackend start(Kind kind) {
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder().redirectErrorStream(true);
        builder.environment().put("PORT", Integer.toString(port));
        builder.redirectOutput(logOf(kind).toFile());
        McpBackend backend = new McpBackend(kind, NodeProject.start(builder, kind.script, kind.arguments), port);
        backend.awaitListening();
        return backend;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port + kind.path());
    }

    @Override
    public void close() {
        NodeProject.end(process);
    }

    private void awaitListening() {
        long end = System.nanoTime() + START.toNanos();
        while (!isListening()) {
            if (System.nanoTime() > end || endsWithin(50)) {
                close();
                throw new IllegalStateException("The backend " + kind + " does not listen; see " + logOf(kind));
            }
        }
    }

    private boolean isListening() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 200);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean endsWithin(long milliseconds) {
        try {
            return process.waitFor(milliseconds, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private static Path logOf(Kind kind) {
        Path folder = Path.of(System.getProperty("basedir", ""), "target", "clients");
        try {
            return Files.createDirectories(folder).resolve(kind.name().toLowerCase(java.util.Locale.ROOT) + ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
