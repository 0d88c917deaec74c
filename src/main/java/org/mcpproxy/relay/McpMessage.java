package org.mcpproxy.relay;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the relay needs to know of one JSON-RPC message. Arguments and results are not kept.
 *
 * @param id of a request or response; empty for a notification
 * @param method empty for a response
 * @param name the tool, prompt or resource that the message names, for the methods that name one
 * @param targets what it is about, for the policy
 * @param claimedVersion {@code _meta}'s {@code io.modelcontextprotocol/protocolVersion}
 */
public record McpMessage(
        Kind kind,
        Optional<RequestId> id,
        Optional<String> method,
        Optional<String> name,
        List<Target> targets,
        Optional<ProtocolVersion> claimedVersion) {

    public McpMessage {
        targets = List.copyOf(targets);
    }

    /** The three kinds of JSON-RPC message. */
    public enum Kind {
        REQUEST,
        NOTIFICATION,
        RESPONSE
    }

    /** The methods that name something, and the member of {@code params} that has the name. */
    static final Map<String, String> NAMING =
            Map.of("tools/call", "name", "prompts/get", "name", "resources/read", "uri");

    boolean names() {
        return method.map(NAMING::containsKey).orElse(false);
    }
}
