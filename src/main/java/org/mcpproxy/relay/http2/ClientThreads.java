package org.mcpproxy.relay.http2;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.Executor;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.util.component.LifeCycle;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;
import org.mcpproxy.web.BodyBudget;

/**
 * What all clients share: few threads, whatever the number of requests, a clock, buffers, and the memory for what nobody has
 * read. None of them outlives it.
 */
public final class ClientThreads implements AutoCloseable {

    private static final Logger LOG = System.getLogger(ClientThreads.class.getName());

    /** One that waits for its channels, and one that may take over while that works. */
    private static final int OF_EACH_CLIENT = 2;

    private static final long STOP_MILLIS = 1_000;

    /** To look a name up may take its time, in which nothing else should wait. */
    private static final int OF_NAMES = 4;

    private final QueuedThreadPool threads;
    private final QueuedThreadPool names = pool("relay-tls-names", OF_NAMES);
    private final Scheduler clock = new ScheduledExecutorScheduler("relay-tls-clock", true);
    private final ByteBufferPool buffers = new ArrayByteBufferPool();
    private final BodyBudget unread;

    /**
     * @param clients how many will share them
     * @param unread the memory for what has come of answers and was not read
     */
    public ClientThreads(int clients, BodyBudget unread) {
        this.unread = unread;
        int working = Math.max(4, 2 * Runtime.getRuntime().availableProcessors());
        threads = pool("relay-tls", working + OF_EACH_CLIENT * clients);
        try {
            clock.start();
            threads.start();
            names.start();
        } catch (Exception e) {
            close();
            throw new IllegalStateException("The threads for backends cannot be started", e);
        }
    }

    private static QueuedThreadPool pool(String name, int most) {
        QueuedThreadPool pool = new QueuedThreadPool(most, 1);
        pool.setName(name);
        pool.setDaemon(true);
        pool.setStopTimeout(STOP_MILLIS);
        return pool;
    }

    Executor names() {
        return names;
    }

    Executor executor() {
        return threads;
    }

    Scheduler clock() {
        return clock;
    }

    ByteBufferPool buffers() {
        return buffers;
    }

    BodyBudget unread() {
        return unread;
    }

    /** Each of them, also where another did not end. */
    @Override
    public void close() {
        end(threads);
        end(names);
        end(clock);
    }

    private static void end(LifeCycle part) {
        try {
            part.stop();
        } catch (Exception e) {
            LOG.log(
                    Level.WARNING,
                    "The threads for backends did not end: {0}",
                    e.getClass().getSimpleName());
        }
    }
}
