package org.mcpproxy.relay;

import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The two ways in which MCP uses HTTP, and what a message must keep in each (MCP 2026-07-28, Streamable HTTP, Server
 * Validation; 2025-03-26 for batches).
 */
public enum Era {
    /** 2026-07-28 and later: each request stands alone, and a disconnect is its cancellation. */
    MODERN,
    /** 2025-11-25 and older: sessions, and streams that may be resumed. */
    LEGACY;

    /** The era of a request without a body. */
    static Era of(McpHeaders headers) {
        return headers.version().map(ProtocolVersion::modern).orElse(false) ? MODERN : LEGACY;
    }

    /** Modern where header or body say so: whoever claims the newer revision in one place must keep its rules. */
    static Era of(McpHeaders headers, McpBody body) {
        boolean claimed = body.messages().stream()
                .anyMatch(message ->
                        message.claimedVersion().map(ProtocolVersion::modern).orElse(false));
        return claimed ? MODERN : of(headers);
    }

    /**
     * Holds a message against the headers that mirror it.
     *
     * @throws Rejection {@code HEADER_MISMATCH} or {@code MESSAGE_BATCH}
     */
    void require(McpHeaders headers, McpBody body) {
        if (body.batch()) {
            requireBatches(headers);
            return;
        }
        McpMessage message = body.messages().get(0);
        if (message.kind() != McpMessage.Kind.REQUEST) {
            return;
        }
        requireVersion(headers, message);
        if (this == MODERN) {
            require(headers.method().equals(message.method()));
            requireName(headers, message);
        }
    }

    private void requireBatches(McpHeaders headers) {
        if (this == MODERN
                || !headers.version().orElse(ProtocolVersion.UNSTATED).hasBatches()) {
            throw Rejection.of(Reason.MESSAGE_BATCH);
        }
    }

    /** A body that claims no version is left to the backend, whose answer to it is not a mismatch but -32602. */
    private void requireVersion(McpHeaders headers, McpMessage message) {
        require(this == LEGACY || headers.version().isPresent());
        if (headers.version().isPresent() && message.claimedVersion().isPresent()) {
            require(headers.version().equals(message.claimedVersion()));
        }
    }

    private static void requireName(McpHeaders headers, McpMessage message) {
        if (message.names()) {
            Optional<String> named = headers.name().map(MirroredValue::decode);
            require(named.equals(message.name()));
        }
    }

    private static void require(boolean agreement) {
        if (!agreement) {
            throw Rejection.of(Reason.HEADER_MISMATCH);
        }
    }
}
