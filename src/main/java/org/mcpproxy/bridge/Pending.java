package org.mcpproxy.bridge;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.bridge.Envelope.Naming;

/**
 * A request that has not been answered.
 *
 * @param id as its client wrote it
 * @param token as its client wrote it, where it asked for progress
 * @param opening whether without it there is no session
 */
record Pending(String id, Optional<String> token, boolean opening, Reply reply) {

    static Pending of(Envelope request, Reply reply) {
        return new Pending(
                request.name(Naming.ID).orElseThrow(),
                request.name(Naming.TOKEN_ASKED),
                request.is(Conversation.INITIALIZE),
                reply);
    }

    /** What the server says of it, in its client's own words. */
    String named(Envelope message) {
        Map<Naming, String> names = new EnumMap<>(Naming.class);
        if (message.isResponse()) {
            names.put(Naming.ID, id);
        }
        token.ifPresent(own -> names.put(Naming.TOKEN_TOLD, own));
        names.put(Naming.SUBSCRIPTION, id);
        return message.renamed(names);
    }
}
