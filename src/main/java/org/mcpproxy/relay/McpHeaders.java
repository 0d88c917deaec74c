package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The headers by which MCP mirrors parts of the body, as they were sent.
 *
 * @param version {@code MCP-Protocol-Version}
 * @param method {@code Mcp-Method}
 * @param name {@code Mcp-Name}, still encoded
 * @param session {@code Mcp-Session-Id}
 */
public record McpHeaders(
        Optional<ProtocolVersion> version, Optional<String> method, Optional<String> name, Optional<String> session) {

    static final String VERSION = "MCP-Protocol-Version";
    static final String METHOD = "Mcp-Method";
    static final String NAME = "Mcp-Name";
    static final String SESSION = "Mcp-Session-Id";

    /** In characters, the seal of {@link SessionNames} included, which is some hundred. */
    private static final int LONGEST_SESSION = 2048;

    /**
     * @throws Rejection {@code HEADER_MISMATCH}, or {@code MALFORMED_REQUEST} for that of the session, where a header is
     *     repeated, since the backend may heed another of them than we do
     */
    static McpHeaders of(List<Header> headers) {
        return new McpHeaders(
                one(headers, VERSION, Reason.HEADER_MISMATCH).map(ProtocolVersion::new),
                one(headers, METHOD, Reason.HEADER_MISMATCH),
                one(headers, NAME, Reason.HEADER_MISMATCH),
                session(headers));
    }

    private static Optional<String> session(List<Header> headers) {
        Optional<String> session = one(headers, SESSION, Reason.MALFORMED_REQUEST);
        if (session.filter(McpHeaders::isTooLong).isPresent()) {
            throw Rejection.of(Reason.SESSION_UNKNOWN);
        }
        return session;
    }

    /** Whether nobody may name a session so, and none must be given that name. */
    static boolean isTooLong(String session) {
        return session.length() > LONGEST_SESSION;
    }

    private static Optional<String> one(List<Header> headers, String name, Reason repeated) {
        List<String> values = Header.values(headers, name);
        if (values.size() > 1) {
            throw Rejection.of(repeated);
        }
        return values.stream().findFirst().map(String::strip);
    }
}
