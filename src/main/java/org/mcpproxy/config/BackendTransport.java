package org.mcpproxy.config;

import java.util.Optional;

/**
 * How a backend is reached.
 *
 * @param tls what is trusted and presented, where not the JVM's own
 */
public record BackendTransport(Optional<BackendTls> tls) {

    /** With what the JVM trusts. */
    public static final BackendTransport STANDARD = new BackendTransport(Optional.empty());
}
