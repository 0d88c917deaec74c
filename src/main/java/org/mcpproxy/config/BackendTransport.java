package org.mcpproxy.config;

import java.util.Optional;

/**
 * How a backend is reached.
 *
 * @param tls what is trusted and presented, where not the JVM's own
 * @param command what is started, of a stdio server; empty for one over HTTP
 * @param legacySse whether it speaks HTTP+SSE of MCP 2024-11-05 instead of Streamable HTTP
 */
public record BackendTransport(Optional<BackendTls> tls, Optional<StdioCommand> command, boolean legacySse) {

    /** Over Streamable HTTP. */
    public BackendTransport(Optional<BackendTls> tls) {
        this(tls, Optional.empty(), false);
    }

    /** Over HTTP+SSE of MCP 2024-11-05. */
    public static BackendTransport ofLegacySse(Optional<BackendTls> tls) {
        return new BackendTransport(tls, Optional.empty(), true);
    }

    /** Over standard input and output. */
    public static BackendTransport of(StdioCommand command) {
        return new BackendTransport(Optional.empty(), Optional.of(command), false);
    }

    /** With what the JVM trusts. */
    public static final BackendTransport STANDARD = new BackendTransport(Optional.empty());
}
