package org.mcpproxy.bridge;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.mcpproxy.fixture.CertificateFiles;

/** A small MCP server over HTTP+SSE of 2024-11-05, with no library, whose tools do what servers do, and should not. */
public final class LegacySseServer implements AutoCloseable {

    private static final Pattern ID = Pattern.compile("\"id\":(\"[^\"]*\"|\\d+)");
    private static final Pattern TOKEN = Pattern.compile("\"progressToken\":(\"[^\"]*\"|\\d+)");
    private static final Pattern TOOL = Pattern.compile("\"name\":\"([a-z]+)\"");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger count = new AtomicInteger();
    private final Map<String, Stream> streams = new ConcurrentHashMap<>();
    private final List<Heard> heard = new CopyOnWriteArrayList<>();
    private final HttpServer server;
    private final String origin;
    private volatile int status = 200;
    private volatile boolean takes = true;
    private volatile String opening;

    private LegacySseServer(HttpServer server, String origin) {
        this.server = server;
        this.origin = origin;
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** A request that came. */
    public record Heard(String method, String target, String authorization, String session, String body) {}

    private record Stream(OutputStream out, CountDownLatch over, Map<String, String> asking) {

        synchronized void write(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }
    }

    public static LegacySseServer start() {
        try {
            return new LegacySseServer(HttpServer.create(loopback(), 0), "http://127.0.0.1:");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Over TLS, by certificates of a private authority, and for clients alone that have one too. */
    public static LegacySseServer startSecure(CertificateFiles certificates)
            throws IOException, GeneralSecurityException {
        HttpsServer server = HttpsServer.create(loopback(), 0);
        SSLContext tls = certificates.context("good");
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters mutual = tls.getDefaultSSLParameters();
                mutual.setNeedClientAuth(true);
                parameters.setSSLParameters(mutual);
            }
        });
        return new LegacySseServer(server, "https://localhost:");
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    public URI url() {
        return URI.create(origin + server.getAddress().getPort() + "/sse");
    }

    /** What the stream of a GET begins with, instead of a good endpoint. */
    void opensWith(String text) {
        opening = text;
    }

    /** Posts wait from now on. */
    void takesNothing() {
        takes = false;
    }

    /** The status of a GET. */
    void answersStreamsWith(int other) {
        status = other;
    }

    public List<Heard> heard() {
        return heard;
    }

    int openStreams() {
        return streams.size();
    }

    @Override
    public void close() {
        streams.values().forEach(stream -> stream.over().countDown());
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            heard.add(new Heard(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().toString(),
                    credential(exchange),
                    exchange.getRequestHeaders().getFirst("Mcp-Session-Id"),
                    body));
            if (exchange.getRequestMethod().equals("GET")) {
                stream(exchange);
            } else {
                post(exchange, body);
            }
        }
    }

    private void stream(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
        exchange.getResponseHeaders().set("Location", "/elsewhere");
        exchange.sendResponseHeaders(status, 0);
        String session = Integer.toString(count.incrementAndGet());
        Stream stream = new Stream(exchange.getResponseBody(), new CountDownLatch(1), new ConcurrentHashMap<>());
        streams.put(session, stream);
        try {
            stream.write(opening == null ? "event: endpoint\ndata: /messages?session=" + session + "\n\n" : opening);
            stream.over().await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            streams.remove(session);
        }
    }

    private void post(HttpExchange exchange, String body) throws IOException {
        if (!takes) {
            LockSupport.park();
        }
        String session = exchange.getRequestURI().getQuery().replace("session=", "");
        Stream stream = streams.get(session);
        String tool = found(TOOL, body);
        int answer = stream == null || tool.equals("forget")
                ? 404
                : switch (tool) {
                    case "refuse" -> 500;
                    case "challenge" -> 401;
                    default -> 202;
                };
        exchange.getResponseHeaders().set("WWW-Authenticate", "Bearer error=\"insufficient_user_authentication\"");
        exchange.getResponseHeaders().set("X-Node-Proof", "believe me");
        exchange.getResponseHeaders().set("X-Node-Refusal", "believe me");
        exchange.sendResponseHeaders(answer, 0);
        exchange.getResponseBody().write("Accepted".getBytes(StandardCharsets.US_ASCII));
        exchange.close();
        if (answer == 202) {
            hear(stream, session, tool, body, credential(exchange));
        }
    }

    /** Wherever the proxy was told to put it. */
    private static String credential(HttpExchange exchange) {
        Headers headers = exchange.getRequestHeaders();
        return headers.getFirst(headers.containsKey("X-Api-Key") ? "X-Api-Key" : "Authorization");
    }

    private void hear(Stream stream, String session, String tool, String body, String authorization)
            throws IOException {
        String id = found(ID, body);
        if (body.contains("\"method\":\"initialize\"")) {
            result(
                    stream,
                    id,
                    "\"protocolVersion\":\"2024-11-05\",\"capabilities\":{},\"serverInfo\":{\"name\":\"s\"}");
        } else if (body.contains("\"method\":\"tools/call\"")) {
            call(stream, session, tool, id, body, authorization);
        } else if (body.contains("\"method\":\"tools/list\"")) {
            result(stream, id, "\"tools\":[{\"name\":\"pid\"},{\"name\":\"secret\"}]");
        } else if (body.contains("\"method\":") && !id.equals("none")) {
            say(stream, "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"error\":{\"code\":-32601,\"message\":\"no\"}}");
        } else if (stream.asking().containsKey(id)) {
            result(
                    stream,
                    stream.asking().remove(id),
                    "\"said\":\"" + found(Pattern.compile("\"said\":\"(\\w+)"), body) + "\"");
        }
    }

    private void call(Stream stream, String session, String tool, String id, String body, String authorization)
            throws IOException {
        switch (tool) {
            case "pid" -> result(stream, id, "\"text\":\"" + session + "\"");
            case "token" -> result(stream, id, "\"text\":\"" + authorization + "\"");
            case "ask" -> {
                stream.asking().put("\"of-server\"", id);
                say(
                        stream,
                        "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"method\":\"sampling/createMessage\",\"params\":{}}");
            }
            case "progress" -> {
                say(
                        stream,
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/progress\",\"params\":{\"progressToken\":"
                                + found(TOKEN, body) + ",\"progress\":1}}");
                result(stream, id, "\"text\":\"done\"");
            }
            case "move" -> {
                stream.write("event: endpoint\ndata: http://127.0.0.2:1/moved\n\n");
                result(stream, id, "\"text\":\"moved\"");
            }
            case "endless" -> {
                try {
                    while (true) {
                        stream.write("data: " + "x".repeat(8192));
                    }
                } finally {
                    stream.over().countDown();
                }
            }
            case "chatter" -> threads.execute(() -> chatter(stream));
            case "leave" -> stream.over().countDown();
            default -> {
                // It never answers.
            }
        }
    }

    /** Tells something again and again, and never answers. */
    private static void chatter(Stream stream) {
        try {
            while (!stream.over().await(200, TimeUnit.MILLISECONDS)) {
                say(
                        stream,
                        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/message\",\"params\":{\"data\":\"still here\"}}");
            }
        } catch (IOException | InterruptedException e) {
            // Nobody listens any more.
        }
    }

    private static void result(Stream stream, String id, String members) throws IOException {
        say(stream, "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{" + members + "}}");
    }

    private static void say(Stream stream, String message) throws IOException {
        stream.write("event: message\r\ndata: " + message + "\r\n\r\n");
    }

    private static String found(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        return found.find() ? found.group(1) : "none";
    }
}
