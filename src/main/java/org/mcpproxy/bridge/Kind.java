package org.mcpproxy.bridge;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.mcpproxy.config.Backend;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClients;
import org.mcpproxy.relay.Header;

/** One way to reach servers that speak no Streamable HTTP. */
interface Kind {

    /** How many there may be. */
    KindPlaces places();

    /** How long a conversation with this backend may be unused before it is ended. */
    Duration idle(Backend backend);

    /** @throws Rejection {@code BACKEND_UNAVAILABLE}, {@code BACKEND_DOWN} */
    Channel open(Opening opening, Conversation conversation);

    /** Hears of the end of what was opened, before its place is free. */
    default void ended(Opening opening, Conversation conversation, Instant since) {
        // To most it is all the same.
    }

    /**
     * What a conversation is opened for.
     *
     * @param client who asks for the holder
     * @param http speaks to the server, where it has a URL
     * @param headers of the request that opens it, for the server
     * @param room for what waits
     */
    record Opening(
            Backend backend, Holder holder, String client, BackendClients http, List<Header> headers, Room room) {}
}
