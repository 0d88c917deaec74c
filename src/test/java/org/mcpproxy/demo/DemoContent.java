package org.mcpproxy.demo;

import io.modelcontextprotocol.server.McpServerFeatures.SyncPromptSpecification;
import io.modelcontextprotocol.server.McpServerFeatures.SyncResourceSpecification;
import io.modelcontextprotocol.spec.McpSchema.GetPromptResult;
import io.modelcontextprotocol.spec.McpSchema.Prompt;
import io.modelcontextprotocol.spec.McpSchema.PromptMessage;
import io.modelcontextprotocol.spec.McpSchema.ReadResourceResult;
import io.modelcontextprotocol.spec.McpSchema.Resource;
import io.modelcontextprotocol.spec.McpSchema.Role;
import io.modelcontextprotocol.spec.McpSchema.TextContent;
import io.modelcontextprotocol.spec.McpSchema.TextResourceContents;
import java.util.List;

/** The demo's one resource and one prompt. */
final class DemoContent {

    private static final String WELCOME = "demo://welcome";
    private static final String PLAIN = "text/plain";

    private DemoContent() {}

    static SyncResourceSpecification resource() {
        Resource welcome = Resource.builder(WELCOME, "welcome")
                .description("A word of welcome.")
                .mimeType(PLAIN)
                .build();
        return new SyncResourceSpecification(
                welcome,
                (exchange, request) -> ReadResourceResult.builder(List.of(
                                TextResourceContents.builder(WELCOME, "You came here through the Okta MCP OAuth Proxy.")
                                        .mimeType(PLAIN)
                                        .build()))
                        .build());
    }

    static SyncPromptSpecification prompt() {
        Prompt greeting =
                Prompt.builder("greeting").description("Asks for a greeting.").build();
        PromptMessage message = PromptMessage.builder(
                        Role.USER,
                        TextContent.builder("Greet me, then add 2 and 3.").build())
                .build();
        return new SyncPromptSpecification(
                greeting,
                (exchange, request) -> GetPromptResult.builder(List.of(message)).build());
    }
}
