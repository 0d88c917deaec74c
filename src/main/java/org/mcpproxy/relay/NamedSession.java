package org.mcpproxy.relay;

import java.net.URI;
import java.time.Instant;
import java.util.Optional;

/**
 * A session, as a request names it.
 *
 * @param name what the client calls it
 * @param id what its backend calls it
 * @param proof that it is the caller's; empty where the name is no proof of it
 */
record NamedSession(String name, String id, Optional<SessionProof> proof) {

    static NamedSession unproven(String name) {
        return new NamedSession(name, name, Optional.empty());
    }

    /**
     * Nodes call it by its id; the one that hands the request on has found it to be the caller's, and to be here. Whether
     * the store has been told, that one may not know.
     */
    static NamedSession vouchedFor(String id, Optional<URI> here, Instant now) {
        return new NamedSession(id, id, Optional.of(SessionProof.unnoted(here, now)));
    }
}
