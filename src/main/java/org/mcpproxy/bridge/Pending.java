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
 * @param subscribing whether what is told to it names it (MCP 2026-07-28)
 * @param size what it holds until it is answered, about
 */
record Pending(String id, Optional<String> token, boolean opening, boolean subscribing, Reply reply, int size) {

    /** In bytes: of what is of no length of its own. */
    private static final int LEAST = 1024;

    /** @param headers bytes of those that are kept with it */
    static Pending of(Envelope request, boolean opening, Reply reply, int headers) {
        String id = request.name(Naming.ID).orElseThrow();
        Optional<String> token = request.name(Naming.TOKEN_ASKED);
        int names = id.length() + token.map(String::length).orElse(0);
        return new Pending(id, token, opening, request.is("subscriptions/listen"), reply, LEAST + names + headers);
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
