/**
 * MCP servers that speak no Streamable HTTP, offered as if they did.
 *
 * <p>A {@link org.mcpproxy.bridge.Channel} carries JSON-RPC messages to a server and back, be it a process or a connection;
 * a {@link org.mcpproxy.bridge.Conversation} keeps apart what different HTTP requests say on it. Who may use a session is
 * decided before, in the relay.
 */
package org.mcpproxy.bridge;
