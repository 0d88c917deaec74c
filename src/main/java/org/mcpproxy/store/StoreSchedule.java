package org.mcpproxy.store;

import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/** What each node does with the store again and again, from the moment it has its tables until the application stops. */
@Singleton
public class StoreSchedule {

    /** A node that has no keys yet waits for another that is making them. */
    private static final Duration SOON = Duration.ofMillis(500);

    /** Each has a thread. */
    private static final int REPEATED = 4;

    private static final Logger LOG = System.getLogger(StoreSchedule.class.getName());

    private final ClockComparison clocks;
    private final RevocationLog revocations;
    private final JdbcSigningKeys keys;
    private final Housekeeping housekeeping;
    private final ScheduledExecutorService executor;
    private volatile boolean stopped;

    @Inject
    public StoreSchedule(
            ClockComparison clocks, RevocationLog revocations, JdbcSigningKeys keys, Housekeeping housekeeping) {
        // Threads of its own: those of the server may all be waiting for Okta.
        this(clocks, revocations, keys, housekeeping, threads());
    }

    StoreSchedule(
            ClockComparison clocks,
            RevocationLog revocations,
            JdbcSigningKeys keys,
            Housekeeping housekeeping,
            ScheduledExecutorService executor) {
        this.clocks = clocks;
        this.revocations = revocations;
        this.keys = keys;
        this.housekeeping = housekeeping;
        this.executor = executor;
    }

    /** To be called once, when the store has its tables. */
    public void start() {
        repeat("The clock", clocks::run, () -> ClockComparison.INTERVAL);
        repeat("The revocation log", revocations::poll, () -> RevocationLog.INTERVAL);
        repeat("The signing keys", compared(keys::renew), () -> keys.loaded() ? JdbcSigningKeys.RELOAD : SOON);
        repeat("Housekeeping", compared(housekeeping::round), housekeeping::pause);
    }

    /** What goes by the time waits until the clock has been compared. */
    private Runnable compared(Runnable work) {
        return () -> {
            clocks.require();
            work.run();
        };
    }

    /** Whether this node knows the signing keys and who may no longer be here: it cannot serve before. */
    public boolean loaded() {
        return revocations.loaded() && keys.loaded();
    }

    @PreDestroy
    void stop() {
        stopped = true;
        // What is under way comes to its end: H2 closes its file where a thread is interrupted.
        executor.shutdown();
    }

    private static ScheduledExecutorService threads() {
        ScheduledThreadPoolExecutor threads = new ScheduledThreadPoolExecutor(REPEATED, StoreSchedule::thread);
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return threads;
    }

    private static Thread thread(Runnable work) {
        Thread thread = new Thread(work, "store");
        thread.setDaemon(true);
        return thread;
    }

    private void repeat(String name, Runnable work, Supplier<Duration> pause) {
        executor.execute(() -> once(name, work, pause));
    }

    /** One thread at a time for each, and whatever goes wrong, there is a next time. */
    private void once(String name, Runnable work, Supplier<Duration> pause) {
        if (stopped) {
            return;
        }
        try {
            work.run();
        } catch (Rejection e) {
            LOG.log(Level.DEBUG, "{0}: {1}", name, e.reason());
        } catch (RuntimeException e) {
            Failures.log(name, e);
        } finally {
            again(name, work, pause);
        }
    }

    private void again(String name, Runnable work, Supplier<Duration> pause) {
        try {
            executor.schedule(() -> once(name, work, pause), pause.get().toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The application is being stopped.
        }
    }
}
