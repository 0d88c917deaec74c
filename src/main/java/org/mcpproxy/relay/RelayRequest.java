package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.Trail;

/**
 * A request that may pass: its caller is known, and it keeps the rules of its era.
 *
 * @param headers as they were sent, but that a session has its backend's own id
 * @param message empty where there is no body
 * @param since {@link System#nanoTime} when it came
 * @param session of the older era; a modern request has none, whatever header it brings
 */
record RelayRequest(
        Trail trail,
        McpEndpoint resource,
        Caller caller,
        String httpMethod,
        Era era,
        McpHeaders mcp,
        List<Header> headers,
        Optional<McpBody> message,
        long since,
        Optional<NamedSession> session) {

    /** One whose session is not read yet. */
    RelayRequest(
            Trail trail,
            McpEndpoint resource,
            Caller caller,
            String httpMethod,
            Era era,
            McpHeaders mcp,
            List<Header> headers,
            Optional<McpBody> message,
            long since) {
        this(trail, resource, caller, httpMethod, era, mcp, headers, message, since, session(era, mcp));
    }

    private static Optional<NamedSession> session(Era era, McpHeaders mcp) {
        return era == Era.MODERN ? Optional.empty() : mcp.session().map(NamedSession::unproven);
    }

    /** The same, from a caller of whom more is known. */
    RelayRequest with(Caller known) {
        return new RelayRequest(trail, resource, known, httpMethod, era, mcp, headers, message, since, session);
    }

    /** The same, in this session. */
    RelayRequest in(NamedSession read) {
        List<Header> renamed = Header.withValues(headers, McpHeaders.SESSION, value -> read.id());
        return new RelayRequest(
                trail, resource, caller, httpMethod, era, mcp, renamed, message, since, Optional.of(read));
    }

    /** Whether it opens a stream, and asks for nothing. */
    boolean isToListen() {
        return "GET".equals(httpMethod);
    }

    /** For the audit. */
    List<McpBody.Act> acts() {
        return message.map(McpBody::acts).orElseGet(() -> List.of(new McpBody.Act(httpMethod, null)));
    }

    Optional<RequestId> id() {
        return message.flatMap(McpBody::requestId);
    }
}
