package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.ProxySystem;

/** Many at once: what a race between the container, the backend and the clock would lose or mix up. */
@Tag("alone")
class RelayLoadIT {

    private static final int REQUESTS = 4000;
    private static final int AT_ONCE = 64;

    @Test
    void eachOfManyConcurrentRequestsGetsItsOwnAnswer() throws IOException {
        HttpServer echo = echo();
        try (RelaySystem system = RelaySystem.start(
                ProxySystem.plan().optimized(),
                "MCP_BACKEND",
                "http://127.0.0.1:" + echo.getAddress().getPort() + "/mcp")) {
            RelaySystem.Caller alice = system.caller("alice", "inspector");
            HttpClient http =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            for (int done = 0; done < REQUESTS; done += AT_ONCE) {
                List<CompletableFuture<HttpResponse<String>>> wave = IntStream.range(done, done + AT_ONCE)
                        .mapToObj(id -> http.sendAsync(
                                ping(system, alice, id), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8)))
                        .toList();
                for (int i = 0; i < wave.size(); i++) {
                    HttpResponse<String> response = wave.get(i).join();
                    assertThat(response.statusCode()).isEqualTo(200);
                    assertThat(response.body()).isEqualTo(message(done + i));
                }
            }
            String logs = system.proxy().allLogs();
            assertThat(logs.lines().filter(line -> line.matches(".* SRVE\\d{4}[EW]: .*") || line.startsWith("\tat ")))
                    .isEmpty();
            assertThat(logs.contains(alice.token())).isFalse();
        } finally {
            echo.stop(0);
        }
    }

    private static HttpServer echo() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 200);
        server.setExecutor(Executors.newFixedThreadPool(8));
        server.createContext("/mcp", exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            // every other answer without a length, in chunks
            boolean chunked = body.length % 2 == 0;
            exchange.sendResponseHeaders(200, chunked ? 0 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        return server;
    }

    private static HttpRequest ping(RelaySystem system, RelaySystem.Caller caller, int id) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + system.port() + "/mcp"))
                .header("Authorization", "Bearer " + caller.token())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(message(id)))
                .build();
    }

    /** Of many lengths, from one packet to several. */
    private static String message(int id) {
        return "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"method\":\"ping\",\"params\":{\"filler\":\""
                + "ä".repeat((id * 37) % 20000) + "\"}}";
    }
}
