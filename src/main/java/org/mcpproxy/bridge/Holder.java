package org.mcpproxy.bridge;

import java.util.Optional;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.web.BodyBudget;

/**
 * For whom a process runs, or a connection is held: a user, whatever the client; or a service, which is a client without a
 * user. Never both alike, even where a client's id is a user's.
 */
record Holder(Optional<String> user, Optional<String> service) {

    static Holder of(Caller caller) {
        return new Holder(caller.user(), caller.user().isPresent() ? Optional.empty() : Optional.of(caller.client()));
    }

    /** As {@link Caller#holder}. */
    String name() {
        return user.or(() -> service).orElseThrow();
    }

    /** The part of the memory that is theirs. */
    Room room(BodyBudget all) {
        return new Room(all, toString());
    }
}
