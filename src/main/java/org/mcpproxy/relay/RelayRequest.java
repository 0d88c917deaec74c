package org.mcpproxy.relay;

import java.util.List;
import java.util.Optional;
import org.mcpproxy.audit.Trail;

/**
 * A request that may pass: its caller is known, and it keeps the rules of its era.
 *
 * @param message empty where there is no body
 * @param since {@link System#nanoTime} when it came
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
        long since) {

    /** The same, from a caller of whom more is known. */
    RelayRequest with(Caller known) {
        return new RelayRequest(trail, resource, known, httpMethod, era, mcp, headers, message, since);
    }

    /** For the audit: the JSON-RPC method, or the HTTP method where there is no body. */
    String method() {
        return message.map(McpBody::method).orElse(httpMethod);
    }

    /** For the audit, or null. */
    String name() {
        return message.map(McpBody::name).orElse(null);
    }

    Optional<RequestId> id() {
        return message.flatMap(McpBody::requestId);
    }

    /** A modern request has no session, whatever header it brings. */
    Optional<String> session() {
        return era == Era.MODERN ? Optional.empty() : mcp.session();
    }
}
