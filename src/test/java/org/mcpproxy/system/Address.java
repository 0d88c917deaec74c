package org.mcpproxy.system;

import java.net.URI;

/** Where clients and browsers find a proxy: a node itself, or what stands before several. */
public interface Address {

    /** @param path begins with a slash */
    URI at(String path);

    /** The MCP endpoint. */
    default URI mcp() {
        return at("/mcp");
    }
}
