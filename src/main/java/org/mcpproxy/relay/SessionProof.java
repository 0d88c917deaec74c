package org.mcpproxy.relay;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * What a session's name tells of it where the store cannot.
 *
 * @param node as in {@link McpSession}
 * @param unnotedSince when it was opened, where the store was away then, and may not know it
 */
record SessionProof(Optional<URI> node, Optional<Instant> unnotedSince) {

    static SessionProof noted(Optional<URI> node) {
        return new SessionProof(node, Optional.empty());
    }

    static SessionProof unnoted(Optional<URI> node, Instant openedAt) {
        return new SessionProof(node, Optional.of(openedAt));
    }

    /** Later than this somebody else may have had the id, and his row have gone unused. */
    boolean mayBeNoted(Instant now) {
        return unnotedSince
                .filter(openedAt -> now.isBefore(openedAt.plus(Sessions.IDLE)))
                .isPresent();
    }
}
