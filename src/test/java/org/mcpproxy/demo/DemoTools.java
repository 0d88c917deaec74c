package org.mcpproxy.demo;

import io.modelcontextprotocol.server.McpServerFeatures.SyncToolSpecification;
import io.modelcontextprotocol.server.McpSyncServerExchange;
import io.modelcontextprotocol.spec.McpSchema.CallToolRequest;
import io.modelcontextprotocol.spec.McpSchema.CallToolResult;
import io.modelcontextprotocol.spec.McpSchema.ProgressNotification;
import io.modelcontextprotocol.spec.McpSchema.Tool;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiFunction;

/** The demo's tools. */
final class DemoTools {

    private static final int LONGEST_COUNTDOWN = 60;
    private static final Duration TICK = Duration.ofMillis(500);

    private DemoTools() {}

    static List<SyncToolSpecification> all() {
        return List.of(
                tool(
                        "add",
                        "Adds two numbers.",
                        Map.of("a", number(), "b", number()),
                        (exchange, request) -> text(add(request.arguments()))),
                tool(
                        "echo",
                        "Says what it is told.",
                        Map.of("message", Map.of("type", "string")),
                        (exchange, request) ->
                                text(request.arguments().get("message").toString())),
                tool(
                        "countdown",
                        "Counts down to 0, twice a second, and tells its progress while it does.",
                        Map.of("from", Map.of("type", "integer", "minimum", 1, "maximum", LONGEST_COUNTDOWN)),
                        DemoTools::countdown),
                tool(
                        "headers",
                        "Names the HTTP headers that arrived with this call.",
                        Map.of(),
                        (exchange, request) -> text(exchange.transportContext()
                                .get(DemoMcpServer.HEADER_NAMES)
                                .toString())));
    }

    private static CallToolResult countdown(McpSyncServerExchange exchange, CallToolRequest request) {
        int from = Math.min(number(request.arguments(), "from").intValue(), LONGEST_COUNTDOWN);
        Object token = request.meta() == null ? null : request.meta().get("progressToken");
        for (int done = 1; done <= from; done++) {
            LockSupport.parkNanos(TICK.toNanos());
            if (token != null) {
                exchange.progressNotification(ProgressNotification.builder(token, done)
                        .total((double) from)
                        .message(Integer.toString(from - done))
                        .build());
            }
        }
        return text("Lift-off");
    }

    private static String add(Map<String, Object> arguments) {
        double sum =
                number(arguments, "a").doubleValue() + number(arguments, "b").doubleValue();
        return sum == Math.rint(sum) ? Long.toString((long) sum) : Double.toString(sum);
    }

    private static Number number(Map<String, Object> arguments, String name) {
        return (Number) arguments.get(name);
    }

    private static Map<String, Object> number() {
        return Map.of("type", "number");
    }

    private static SyncToolSpecification tool(
            String name,
            String description,
            Map<String, Object> properties,
            BiFunction<McpSyncServerExchange, CallToolRequest, CallToolResult> handler) {
        Map<String, Object> schema =
                Map.of("type", "object", "properties", properties, "required", List.copyOf(properties.keySet()));
        return SyncToolSpecification.builder()
                .tool(Tool.builder(name, schema).description(description).build())
                .callHandler(handler)
                .build();
    }

    private static CallToolResult text(String text) {
        return CallToolResult.builder().addTextContent(text).build();
    }
}
