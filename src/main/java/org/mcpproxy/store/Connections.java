package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Measured;
import org.mcpproxy.metrics.Meters;

/** Who may use a connection to the database: as many as there are, but for one, which the revocation log has for itself. */
@Singleton
public class Connections implements Measured {

    private static final int RESERVED = 1;
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(4);

    /** Of {@code coreThreads} in server.xml this leaves enough for MCP calls, which ask nothing of the database. */
    static final int MOST_WAITING = 200;

    private final StoreMeter meter;
    private final Semaphore waiting = new Semaphore(MOST_WAITING);
    private volatile int most;
    private volatile Semaphore free;
    private volatile Semaphore reserved = new Semaphore(RESERVED);

    @Inject
    public Connections(Settings settings, StoreMeter meter) {
        this(settings.databaseConnections() - RESERVED, meter);
    }

    private Connections(int most, StoreMeter meter) {
        this.most = most;
        this.free = new Semaphore(most);
        this.meter = meter;
    }

    static Connections of(int most) {
        return new Connections(most, StoreMeter.unwatched());
    }

    static Connections unlimited() {
        return of(Integer.MAX_VALUE);
    }

    /**
     * One at a time from now on, the revocation log among them. Before anybody has one.
     *
     * @see H2File
     */
    void shareOne() {
        most = 1;
        free = new Semaphore(most, true);
        reserved = free;
    }

    /**
     * Waits for one, where there is none.
     *
     * @return whether there is one. Who has it gives it back by {@link #release}
     */
    boolean acquire(boolean first) {
        Semaphore connections = of(first);
        if (connections.tryAcquire()) {
            return true;
        }
        long since = System.nanoTime();
        boolean found = waiting.tryAcquire() && awaited(connections);
        meter.waited(found, since);
        return found;
    }

    void release(boolean first) {
        of(first).release();
    }

    @Override
    public void describe(Meters meters) {
        meters.gauge(
                "database_connections_used",
                "Connections to the database in use, without that of the revocation log.",
                () -> most - free.availablePermits());
        meters.gauge("database_connections_limit", "So many may be in use.", () -> most);
        meters.gauge(
                "database_waiting",
                "Threads that wait for one of them.",
                () -> MOST_WAITING - waiting.availablePermits());
    }

    private Semaphore of(boolean first) {
        return first ? reserved : free;
    }

    private boolean awaited(Semaphore connections) {
        try {
            return connections.tryAcquire(LONGEST_WAIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            waiting.release();
        }
    }
}
