package org.mcpproxy.config;

import java.util.Optional;

/**
 * How a backend is reached.
 *
 * @param tls what is trusted and presented, where not the JVM's own
 * @param command what is started, of a stdio server; empty for one over HTTP
 */
public record BackendTransport(Optional<BackendTls> tls, Optional<StdioCommand> command) {

    /** Over HTTP. */
    public BackendTransport(Optional<BackendTls> tls) {
        this(tls, Optional.empty());
    }

    /** Over standard input and output. */
    static BackendTransport of(StdioCommand command) {
        return new BackendTransport(Optional.empty(), Optional.of(command));
    }

    /** With what the JVM trusts. */
    public static final BackendTransport STANDARD = new BackendTransport(Optional.empty());
}
