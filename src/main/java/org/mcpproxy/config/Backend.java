package org.mcpproxy.config;

import java.net.URI;
import java.util.Set;

/**
 * An MCP server behind the proxy, over Streamable HTTP, over HTTP+SSE of MCP 2024-11-05 or over stdio.
 *
 * @param name of {@code MCP_BACKENDS}; {@link #UNNAMED} for that of {@code MCP_BACKEND}
 * @param url of no use for a stdio server
 * @param credential what it is sent to know who calls
 * @param headers further request headers of clients that it is sent, lower case
 * @param transport how it is reached
 * @param limits sizes and times hold here instead of the node's; counts beside them
 */
public record Backend(
        String name,
        URI url,
        BackendCredential credential,
        Set<String> headers,
        BackendTransport transport,
        RelayLimits limits) {

    /** One without limits of its own. */
    public Backend(
            String name, URI url, BackendCredential credential, Set<String> headers, BackendTransport transport) {
        this(name, url, credential, headers, transport, RelayLimits.standard().ofOneBackend());
    }

    /** One that is reached in the usual way. */
    public Backend(String name, URI url, BackendCredential credential, Set<String> headers) {
        this(name, url, credential, headers, BackendTransport.STANDARD);
    }

    /** No name of {@code MCP_BACKENDS} can be this. */
    public static final String UNNAMED = "";

    /** What the policy file calls that of {@code MCP_BACKEND}, by its path. */
    public static final String UNNAMED_IN_POLICY = "mcp";

    /** Whether its sessions live in processes or connections of the node that opened them, and no other node can serve them. */
    public boolean isOnNode() {
        return transport.command().isPresent() || transport.legacySse();
    }

    /** Whether it is called with a token that Okta gives for its user alone. */
    public boolean needsUser() {
        return credential instanceof BackendCredential.Okta || credential instanceof BackendCredential.Exchange;
    }

    /** Its name in the policy file. */
    public String policyName() {
        return name.equals(UNNAMED) ? UNNAMED_IN_POLICY : name;
    }
}
