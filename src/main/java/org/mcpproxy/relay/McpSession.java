package org.mcpproxy.relay;

import java.net.URI;
import java.util.Optional;

/**
 * A session of the older MCP revisions.
 *
 * @param node the {@code NODE_URL} of the node that it lives on; empty where every node reaches its backend, or that node
 *     has none
 */
public record McpSession(SessionOwner owner, Optional<URI> node) {}
