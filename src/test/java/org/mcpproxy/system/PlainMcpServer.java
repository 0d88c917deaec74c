package org.mcpproxy.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An MCP server of the plainest kind: it answers every message alike, opens a session for whoever initializes, and holds a
 * stream open for whoever listens.
 */
public final class PlainMcpServer implements AutoCloseable {

    private static final String EVENT = "data: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\"}\n\n";

    private final CountDownLatch closed = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final String answer;
    private final HttpServer server;
    private final AtomicInteger requests = new AtomicInteger();
    private volatile String authorization;
    private volatile String proof;

    private PlainMcpServer(String name, HttpServer server) {
        this.answer = "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"_meta\":{\"server\":\"" + name + "\"}}}";
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/mcp", this::serve);
        server.start();
    }

    static PlainMcpServer start() {
        return start("plain");
    }

    /** @param name which is in every answer */
    public static PlainMcpServer start(String name) {
        try {
            return new PlainMcpServer(
                    name, HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
    }

    /** The {@code Authorization} of the last request, or null. */
    public String authorization() {
        return authorization;
    }

    /** The {@code DPoP} of the last request, or null. */
    public String proof() {
        return proof;
    }

    /** How many have come. */
    public int requests() {
        return requests.get();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            requests.incrementAndGet();
            authorization = exchange.getRequestHeaders().getFirst("Authorization");
            proof = exchange.getRequestHeaders().getFirst("DPoP");
            String message = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            if ("text/event-stream".equals(exchange.getRequestHeaders().getFirst("Accept"))) {
                stream(exchange);
            } else {
                if (message.contains("\"initialize\"")) {
                    exchange.getResponseHeaders()
                            .set("Mcp-Session-Id", UUID.randomUUID().toString());
                }
                answer(exchange);
            }
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = answer.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, body.length);
        exchange.getResponseBody().write(body);
    }

    private void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(EVENT.getBytes(StandardCharsets.UTF_8));
        exchange.getResponseBody().flush();
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
