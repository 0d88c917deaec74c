package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;

/**
 * The body of a POST: one message, or a batch of them.
 *
 * @param batch whether the messages stood in an array, be it of one
 */
public record McpBody(List<McpMessage> messages, boolean batch) {

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

    /** For the audit: what the message names, or null. */
    String name() {
        return batch ? null : messages.get(0).name().orElse(null);
    }
}
