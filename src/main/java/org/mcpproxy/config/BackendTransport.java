package org.mcpproxy.config;

import java.util.Optional;

/**
 * How a backend is reached.
 *
 * @param tls what is trusted and presented, where not the JVM's own
 * @param command what is started, of a stdio server; empty for one over HTTP
 * @param legacySse whether it speaks HTTP+SSE of MCP 2024-11-05 instead of Streamable HTTP
 * @param version of HTTP
 */
public record BackendTransport(
        Optional<BackendTls> tls, Optional<StdioCommand> command, boolean legacySse, HttpVersion version) {

    /** Which version of HTTP is spoken. */
    public enum HttpVersion {
        /** Over TLS HTTP/2 where the server offers it (RFC 7301), else HTTP/1.1. */
        NEGOTIATED,
        /** HTTP/1.1 alone. */
        HTTP_1_1,
        /** HTTP/2 alone; without TLS with prior knowledge (RFC 9113 3.3). */
        HTTP_2
    }

    /** Over Streamable HTTP. */
    public BackendTransport(Optional<BackendTls> tls) {
        this(tls, Optional.empty(), false, HttpVersion.NEGOTIATED);
    }

    /** Over HTTP+SSE of MCP 2024-11-05. */
    public static BackendTransport ofLegacySse(Optional<BackendTls> tls) {
        return new BackendTransport(tls, Optional.empty(), true, HttpVersion.NEGOTIATED);
    }

    /** Over standard input and output. */
    public static BackendTransport of(StdioCommand command) {
        return new BackendTransport(Optional.empty(), Optional.of(command), false, HttpVersion.NEGOTIATED);
    }

    /** The same, with this version of HTTP. */
    public BackendTransport with(HttpVersion chosen) {
        return new BackendTransport(tls, command, legacySse, chosen);
    }

    /** With what the JVM trusts. */
    public static final BackendTransport STANDARD = new BackendTransport(Optional.empty());
}
