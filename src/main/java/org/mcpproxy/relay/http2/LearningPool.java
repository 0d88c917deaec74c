package org.mcpproxy.relay.http2;

import org.eclipse.jetty.client.Connection;
import org.eclipse.jetty.client.ConnectionPool;
import org.eclipse.jetty.client.Destination;
import org.eclipse.jetty.client.MultiplexConnectionPool;
import org.eclipse.jetty.client.transport.HttpDestination;
import org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2;
import org.eclipse.jetty.util.ConcurrentPool;

/**
 * The connections to one server. How many requests one of them carries at a time is known only once it is open: until then
 * many are expected to fit, and no more are opened than that many need.
 */
final class LearningPool extends MultiplexConnectionPool {

    /** What a server should allow at least (RFC 9113 6.5.2), and what is used of one that names no number. */
    private static final int USUAL = 100;

    /** So that not too much breaks off with one connection. */
    private static final int MOST = 256;

    private final HttpDestination server;

    LearningPool(Destination server, int mostConnections) {
        super(
                server,
                () -> new ConcurrentPool<>(
                        ConcurrentPool.StrategyType.FIRST, mostConnections, LearningPool::requestsAtATime),
                USUAL);
        this.server = (HttpDestination) server;
    }

    /** One, of HTTP/1.1. */
    private static int requestsAtATime(Connection connection) {
        if (connection instanceof ConnectionPool.MaxMultiplexable multiplexed) {
            int allowed = multiplexed.getMaxMultiplex();
            return allowed < 0 ? USUAL : Math.max(1, Math.min(allowed, MOST));
        }
        return 1;
    }

    @Override
    protected void onCreated(Connection connection) {
        super.onCreated(connection);
        int expected = getInitialMaxMultiplex();
        int found = requestsAtATime(connection);
        setInitialMaxMultiplex(found);
        if (found < expected) {
            openForThoseWhoWait(found);
        }
    }

    /** One that is worn is given no more requests; what is under way on it goes on. */
    @Override
    protected Connection activate() {
        Connection next = super.activate();
        while (next != null && isRetired(next)) {
            next = super.activate();
        }
        return next;
    }

    private boolean isRetired(Connection connection) {
        StreamWindows windows = StreamWindows.of(connection);
        if (windows == null || !windows.isWorn()) {
            return false;
        }
        remove(connection);
        windows.retire(((HttpConnectionOverHTTP2) connection).getSession());
        return true;
    }

    /**
     * A connection that the server is leaving (GOAWAY) is in the pool no more, and ends with its last stream by itself. The
     * pool would end it with the last but one.
     */
    @Override
    protected boolean deactivate(Connection connection) {
        return super.deactivate(connection) || connection instanceof ConnectionPool.MaxMultiplexable;
    }

    /** It itself serves some of them, and so will those that are being opened. */
    private void openForThoseWhoWait(int requestsAtATime) {
        int waiting = server.getQueuedRequestCount();
        int needed = (waiting + requestsAtATime - 1) / requestsAtATime - 1 - getPendingConnectionCount();
        if (needed > 0) {
            preCreateConnections(needed);
        }
    }
}
