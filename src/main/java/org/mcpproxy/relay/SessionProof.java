package org.mcpproxy.relay;

import java.net.URI;
import java.util.Optional;

/**
 * What a session's name tells of it where the store cannot.
 *
 * @param node as in {@link McpSession}
 * @param noted false where the store was away when it was opened, and may not know it
 */
record SessionProof(Optional<URI> node, boolean noted) {}
