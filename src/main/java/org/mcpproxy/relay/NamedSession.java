package org.mcpproxy.relay;

import java.util.Optional;

/**
 * A session, as a request names it.
 *
 * @param name what the client calls it
 * @param id what its backend calls it
 * @param proof that it is the caller's; empty where the name is no proof of it, and is taken for the id
 */
record NamedSession(String name, String id, Optional<SessionProof> proof) {

    static NamedSession unproven(String name) {
        return new NamedSession(name, name, Optional.empty());
    }

    /** Nodes call it by its id; the one that hands the request on has found it to be the caller's, and to be here. */
    static NamedSession vouchedFor(String id) {
        return new NamedSession(id, id, Optional.of(new SessionProof(Optional.empty(), true)));
    }
}
