package org.mcpproxy.relay;

import java.util.Optional;
import org.mcpproxy.oauth.Reason;

/** A message that cannot be relayed; carries the request's id as far as it was read, for the JSON-RPC error. */
final class MalformedMessage extends RuntimeException {

    private final Reason reason;
    private final RequestId id;

    MalformedMessage(Reason reason, RequestId id) {
        super(reason.name(), null, false, false);
        this.reason = reason;
        this.id = id;
    }

    Reason reason() {
        return reason;
    }

    Optional<RequestId> id() {
        return Optional.ofNullable(id);
    }
}
