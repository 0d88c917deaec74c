package org.mcpproxy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class DemoMcpServerTest {

    private static final BlockingQueue<String> PROGRESS = new LinkedBlockingQueue<>();

    private static DemoMcpServer server;
    private static McpSyncClient client;

    @BeforeAll
    static void start() {
        server = DemoMcpServer.start();
        URI uri = server.uri();
        client = McpClient.sync(HttpClientStreamableHttpTransport.builder("http://" + uri.getAuthority())
                        .endpoint(uri.getPath())
                        .build())
                .progressConsumer(progress -> PROGRESS.add(progress.message()))
                .build();
        client.initialize();
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Test
    void itHasFourToolsAResourceAndAPrompt() {
        assertThat(client.listTools().tools())
                .extracting(Tool::name)
                .containsExactlyInAnyOrder("add", "echo", "countdown", "headers");
        assertThat(client.listResources().resources()).hasSize(1);
        assertThat(client.listPrompts().prompts()).hasSize(1);
    }

    @Test
    void theToolsAnswer() {
        assertThat(call("add", Map.of("a", 2, "b", 3))).isEqualTo("5");
        assertThat(call("echo", Map.of("message", "hello"))).isEqualTo("hello");
    }

    @Test
    void headersAreNamedWithoutTheirValues() {
        assertThat(call("headers", Map.of()))
                .contains("mcp-session-id", "content-type")
                .doesNotContain("application/json");
    }

    @Test
    void aCountdownTellsItsProgress() throws InterruptedException {
        assertThat(call("countdown", Map.of("from", 2))).isEqualTo("Lift-off");
        // the client hands progress on in another thread than the answer
        assertThat(PROGRESS.poll(30, TimeUnit.SECONDS)).isEqualTo("1");
        assertThat(PROGRESS.poll(30, TimeUnit.SECONDS)).isEqualTo("0");
        assertThat(PROGRESS).isEmpty();
    }

    private static String call(String tool, Map<String, Object> arguments) {
        CallToolRequest request = CallToolRequest.builder(tool)
                .arguments(arguments)
                .meta(Map.of("progressToken", tool))
                .build();
        return ((TextContent) client.callTool(request).content().get(0)).text();
    }
}
