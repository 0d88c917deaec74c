package org.mcpproxy.relay;

import jakarta.servlet.ServletRequest;
import java.util.Optional;

/** The connection that one request came by, and whether its client is still there. For one thread only. */
final class ClientConnection {

    private final Optional<String> key;
    private final long since = System.nanoTime();
    private boolean seen;

    ClientConnection(Optional<String> key) {
        this.key = key;
    }

    static ClientConnection of(ServletRequest request) {
        return new ClientConnection(
                Connections.key(request.getLocalPort(), request.getRemoteAddr(), request.getRemotePort()));
    }

    /**
     * Whether the client has surely gone. A connection that was never listed proves nothing: behind a proxy whose
     * {@code X-Forwarded-For} the container heeds, the address is not the connection's.
     */
    boolean isGone(Connections connections) {
        if (key.isEmpty() || connections.lookedAt() - since < 0) {
            return false;
        }
        return switch (connections.state(key.get())) {
            case OPEN -> {
                seen = true;
                yield false;
            }
            case CLOSED_BY_PEER -> true;
            case NOT_LISTED -> seen;
        };
    }
}
