/**
 * The protected resource: bearer check, challenge, the MCP rules of both eras, and the stream to the backend and back.
 */
package org.mcpproxy.relay;
