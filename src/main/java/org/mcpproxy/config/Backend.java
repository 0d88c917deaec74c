package org.mcpproxy.config;

import java.net.URI;

/** The MCP server behind the proxy, over Streamable HTTP. */
public record Backend(URI url) {}
