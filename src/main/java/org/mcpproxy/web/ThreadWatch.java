package org.mcpproxy.web;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;

/**
 * Has threads held as long as nothing waits for one, some more with each look. Whether something waits it finds out by work
 * that does nothing. If so it lets go of as many threads as are awake already, so that within a few looks all of them are.
 */
final class ThreadWatch {

    /** How long one is to wait between two looks. Work that waits for longer wants a thread, if there is a processor for it. */
    static final Duration SOON = Duration.ofMillis(50);

    /** Work that waits for longer wants one in any case. */
    static final Duration LATE = Duration.ofMillis(500);

    static final Duration CALM = Duration.ofSeconds(10);

    /** Few, as those that wait for something are not to be told from those that have nothing to do. */
    private static final int AT_A_TIME = 4;

    /** In a hundred: where more of the processors' time was used, what waits waits for a processor. */
    private static final int BUSY = 80;

    private final Executor executor;
    private final HeldThreads held;
    private final int all;
    private final int fewest;
    private final LongSupplier clock;
    private final LongSupplier processorTime;
    private Probe probe;
    private long lastWait;

    /**
     * @param all how many threads the executor has
     * @param fewest how many of them are never held
     * @param clock as {@link System#nanoTime()}
     * @param processorTime that was used of each processor until now, in nanoseconds
     */
    ThreadWatch(
            Executor executor, HeldThreads held, int all, int fewest, LongSupplier clock, LongSupplier processorTime) {
        this.executor = executor;
        this.held = held;
        this.all = all;
        this.fewest = fewest;
        this.clock = clock;
        this.processorTime = processorTime;
        this.lastWait = clock.getAsLong();
        this.probe = new Probe(lastWait, processorTime.getAsLong());
        this.probe.run();
    }

    /**
     * Called by one thread, again and again. Where it fails it has let go of all threads, for good: nobody would find out any more
     * that they are needed.
     */
    void look() {
        try {
            holdOrLetGo();
        } catch (RuntimeException e) {
            held.close();
            throw e;
        }
    }

    private void holdOrLetGo() {
        long now = clock.getAsLong();
        if (probe.over) {
            if (now - lastWait > CALM.toNanos()) {
                held.hold(Math.min(awake() - fewest, AT_A_TIME));
            }
            probe = new Probe(now, processorTime.getAsLong());
            executor.execute(probe);
        } else if (wantsThread(now)) {
            lastWait = now;
            held.letGo(awake());
        }
    }

    private int awake() {
        return all - held.count();
    }

    private boolean wantsThread(long now) {
        long waited = now - probe.since;
        long used = processorTime.getAsLong() - probe.processorTime;
        return waited >= LATE.toNanos() || waited >= SOON.toNanos() && used < waited / 100 * BUSY;
    }

    private static final class Probe implements Runnable {

        private final long since;
        private final long processorTime;
        private volatile boolean over;

        Probe(long since, long processorTime) {
            this.since = since;
            this.processorTime = processorTime;
        }

        @Override
        public void run() {
            over = true;
        }
    }
}
