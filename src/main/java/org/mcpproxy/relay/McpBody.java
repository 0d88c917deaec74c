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

    /** For the audit: each message by itself, as each does something. */
    List<Act> acts() {
        return messages.size() == 1
                ? List.of(Act.of(messages.get(0)))
                : messages.stream().map(Act::of).toList();
    }

    /**
     * What is done.
     *
     * @param method of JSON-RPC, or of HTTP where there is no message
     * @param name the tool or prompt that it is about, or null; a resource's URI may hold secrets
     */
    record Act(String method, String name) {

        private static Act of(McpMessage message) {
            String method = message.method().orElse("response");
            return new Act(method, AUDITED.contains(method) ? message.name().orElse(null) : null);
        }
    }
}
