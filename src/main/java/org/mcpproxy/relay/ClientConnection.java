package org.mcpproxy.relay;

import jakarta.servlet.ServletRequest;
import java.util.Optional;

/** The connection that one request came by, and whether its client is still there. For one thread only. */
final class ClientConnection {

    private final int localPort;
    private final Optional<String> key;
    private final long since = System.nanoTime();
    private boolean seen;
    private boolean listenerSeen;

    /** @param address the client's, as a literal */
    ClientConnection(int localPort, String address, int clientPort) {
        this.localPort = localPort;
        this.key = Connections.key(localPort, address, clientPort);
    }

    static ClientConnection of(ServletRequest request) {
        return new ClientConnection(request.getLocalPort(), request.getRemoteAddr(), request.getRemotePort());
    }

    /**
     * Whether the client has surely gone. One who resets the connection is listed no more, maybe before the first look. But
     * that a connection was never listed proves nothing unless others of its address were: where a container heeds
     * {@code X-Forwarded-For} itself, the address is not the connection's.
     */
    boolean isGone(Connections connections) {
        if (key.isEmpty() || connections.lookedAt() - since < 0) {
            return false;
        }
        return switch (connections.state(key.get())) {
            case OPEN -> {
                see(connections);
                yield false;
            }
            case CLOSED_BY_PEER -> true;
            case NOT_LISTED -> seen || connections.isOfKnownPeer(key.get());
        };
    }

    private void see(Connections connections) {
        if (!seen) {
            connections.found(key.orElseThrow());
            seen = true;
        }
    }

    /**
     * Whether the server that this connection belongs to is going down. It closes its port first, then waits for its
     * connections, and tells the application last, which is too late to end them.
     */
    boolean isServerStopping(Connections connections) {
        boolean listening = connections.isListening(localPort);
        listenerSeen |= listening;
        boolean listed =
                key.map(connections::state).orElse(Connections.State.NOT_LISTED) != Connections.State.NOT_LISTED;
        return !listening && (listenerSeen || listed) && connections.lookedAt() - since >= 0;
    }
}
