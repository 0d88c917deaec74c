package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The body of a POST: one message, or a batch of them.
 *
 * @param batch whether the messages stood in an array, be it of one
 */
public record McpBody(List<McpMessage> messages, boolean batch) {

    private static final Set<String> AUDITED = Set.of("tools/call", "prompts/get");

    public McpBody {
        messages = List.copyOf(messages);
    }

    /** The id that an error answer refers to: of the one request, never of a batch. */
    Optional<RequestId> requestId() {
        return batch || messages.get(0).kind() != McpMessage.Kind.REQUEST
                ? Optional.empty()
                : messages.get(0).id();
    }

    /** For the audit. */
    String method() {
        if (batch) {
            return "batch";
        }
        McpMessage message = messages.get(0);
        return message.method().orElse("response");
    }

    /** For the audit: the tool or prompt that the message names, or null. A resource's URI may hold secrets. */
    String name() {
        boolean named = AUDITED.contains(method());
        return named ? messages.get(0).name().orElse(null) : null;
    }
}
