package org.mcpproxy.relay.http1;

import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;

/** Connections that wait for their next exchange. */
final class IdleConnections {

    private static final int MOST = 1024;

    /**
     * Less than servers wait before they close an idle connection, most of them five seconds: a request that crosses with
     * the end of its connection is lost, and must not be sent again.
     */
    private static final Duration LONGEST = Duration.ofSeconds(4);

    private final Map<Origin, Deque<Connection>> idle = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile boolean closed;

    /** The one that was used last, so that those that are not needed age; null where there is none. */
    Connection take(Origin origin) {
        Deque<Connection> waiting = idle.get(origin);
        if (waiting == null) {
            return null;
        }
        for (Connection next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
            count.decrementAndGet();
            if (!next.isIdleFor(LONGEST) && !next.isStale()) {
                return next;
            }
            next.close();
        }
        return null;
    }

    void give(Connection connection) {
        if (closed || count.incrementAndGet() > MOST) {
            if (!closed) {
                count.decrementAndGet();
            }
            connection.close();
            return;
        }
        connection.idle();
        idle.computeIfAbsent(connection.origin(), origin -> new ConcurrentLinkedDeque<>())
                .addFirst(connection);
    }

    /** Closes those that have waited for too long. */
    void expire() {
        for (Deque<Connection> waiting : idle.values()) {
            for (Connection last = waiting.peekLast();
                    last != null && last.isIdleFor(LONGEST);
                    last = waiting.peekLast()) {
                if (waiting.removeLastOccurrence(last)) {
                    count.decrementAndGet();
                    last.close();
                }
            }
        }
    }

    void close() {
        closed = true;
        idle.values().forEach(waiting -> {
            for (Connection next = waiting.pollFirst(); next != null; next = waiting.pollFirst()) {
                next.close();
            }
        });
    }
}
