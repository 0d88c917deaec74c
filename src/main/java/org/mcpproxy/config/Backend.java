package org.mcpproxy.config;

import java.net.URI;
import java.util.Set;

/**
 * An MCP server behind the proxy, over Streamable HTTP.
 *
 * @param name of {@code MCP_BACKENDS}; {@link #UNNAMED} for that of {@code MCP_BACKEND}
 * @param credential what it is sent to know who calls
 * @param headers further request headers of clients that it is sent, lower case
 */
public record Backend(String name, URI url, BackendCredential credential, Set<String> headers) {

    /** No name of {@code MCP_BACKENDS} can be this. */
    public static final String UNNAMED = "";

    /** Whether a session of it lives on the node that opened it. */
    public boolean isOnNode() {
        return false;
    }
}
