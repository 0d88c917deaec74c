/**
 * The protected resource: bearer check, challenge, the MCP rules of both eras, and the stream to the backend and back.
 *
 * <p>A request comes to a {@link org.mcpproxy.relay.RelayServlet}, and walks through an
 * {@link org.mcpproxy.relay.Arrival}: token, room for it, body, the rules of its era, its session; then an {@link org.mcpproxy.relay.Exchange} carries it to the backend, and an
 * {@link org.mcpproxy.relay.AnswerStream} carries the answer back. The rules are pure; only these four, the bearer
 * checks and the backend client touch the network.
 */
package org.mcpproxy.relay;
