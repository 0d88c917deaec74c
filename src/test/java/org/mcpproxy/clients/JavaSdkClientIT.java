package org.mcpproxy.clients;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING;
import static org.mcpproxy.clients.McpBackend.Kind.EVERYTHING_OVER_SSE;

import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.token.Tokens;
import io.modelcontextprotocol.client.McpClient;
import io.modelcontextprotocol.client.McpSyncClient;
import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.client.transport.customizer.McpHttpClientTransportAuthorizationErrorHandler;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse.ResponseInfo;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mcpproxy.system.Installation;

/** The MCP Java SDK: the older revision, with a hook for challenges and none of OAuth itself. */
@ExtendWith(Installations.class)
class JavaSdkClientIT {

    private static final Pattern RESOURCE_METADATA = Pattern.compile("resource_metadata=\"([^\"]+)\"");

    private final List<Double> progress = new CopyOnWriteArrayList<>();

    @Test
    void signsOnCallsToolsRefreshesAndIsRefusedOnceRevoked(@Behind(EVERYTHING) Installation installation)
            throws Exception {
        trip(installation);
    }

    @Test
    void doesNotNoticeThatTheServerSpeaksHttpAndSse(@Behind(EVERYTHING_OVER_SSE) Installation installation)
            throws Exception {
        trip(installation);
    }

    private void trip(Installation installation) throws Exception {
        JavaApplication application = new JavaApplication(installation.at("/mcp"));
        try (McpSyncClient client = client(installation.at("/mcp"), application)) {
            assertThat(client.initialize().protocolVersion()).isEqualTo("2025-11-25");
            assertThat(application.signOns()).isOne();
            usesTools(client);
            refreshes(client, application);

            application.revoke();
            assertThatThrownBy(() -> echo(client, "after revocation")).hasStackTraceContaining("invalid_grant");
        }
    }

    private void usesTools(McpSyncClient client) {
        assertThat(client.listTools().tools()).extracting(Tool::name).contains("echo");
        assertThat(echo(client, "grüße")).isEqualTo("Echo: grüße");
        CallToolResult slow = client.callTool(CallToolRequest.builder("trigger-long-running-operation")
                .arguments(Map.of("duration", 1, "steps", 4))
                .progressToken("slow")
                .build());
        assertThat(text(slow)).contains("completed");
        assertThat(progress).startsWith(1.0, 2.0, 3.0);
    }

    private static void refreshes(McpSyncClient client, JavaApplication application) {
        Tokens before = application.tokens();
        application.spoilAccessToken();
        assertThat(echo(client, "after refresh")).isEqualTo("Echo: after refresh");
        assertThat(application.refreshes()).isOne();
        assertThat(application.tokens().getRefreshToken()).isNotEqualTo(before.getRefreshToken());
    }

    private McpSyncClient client(URI mcpUrl, JavaApplication application) {
        HttpClientStreamableHttpTransport transport = HttpClientStreamableHttpTransport.builder(
                        mcpUrl.resolve("/").toString())
                .endpoint(mcpUrl.getPath())
                .addHttpRequestCustomizer((request, method, uri, body, context) -> {
                    if (application.accessToken() != null) {
                        request.setHeader("Authorization", "Bearer " + application.accessToken());
                    }
                })
                .authorizationErrorHandler(McpHttpClientTransportAuthorizationErrorHandler.fromSync(
                        (request, response, context) -> answer(application, response)))
                .build();
        return McpClient.sync(transport)
                .initializationTimeout(Duration.ofSeconds(60))
                .requestTimeout(Duration.ofSeconds(60))
                .progressConsumer(notification -> progress.add(notification.progress()))
                .build();
    }

    private static boolean answer(JavaApplication application, ResponseInfo response) {
        assertThat(response.statusCode()).isEqualTo(401);
        Matcher challenge = RESOURCE_METADATA.matcher(
                response.headers().firstValue("WWW-Authenticate").orElseThrow());
        assertThat(challenge.find()).isTrue();
        try {
            application.answer(URI.create(challenge.group(1)));
            return true;
        } catch (GeneralException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String echo(McpSyncClient client, String message) {
        return text(client.callTool(CallToolRequest.builder("echo")
                .arguments(Map.of("message", message))
                .build()));
    }

    private static String text(CallToolResult result) {
        return ((TextContent) result.content().get(0)).text();
    }
}
