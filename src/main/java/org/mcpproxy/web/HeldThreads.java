package org.mcpproxy.web;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Threads of an executor that are kept from its work, until they are let go. */
final class HeldThreads {

    private final Executor executor;
    private final Duration stretch;
    private final Semaphore leave = new Semaphore(0);
    private int held;
    private volatile boolean closed;

    /**
     * @param stretch for how long a thread is held at a time. Then another takes its place, so that an executor that waits for
     *     the end of all work before it tells anybody that it ends waits no longer than this.
     */
    HeldThreads(Executor executor, Duration stretch) {
        this.executor = executor;
        this.stretch = stretch;
    }

    synchronized int count() {
        return held;
    }

    synchronized void hold(int count) {
        if (closed) {
            return;
        }
        held += count;
        for (int i = 0; i < count; i++) {
            begin();
        }
    }

    synchronized void letGo(int count) {
        int gone = Math.min(count, held);
        held -= gone;
        leave.release(gone);
    }

    /** Lets go of all, for good. */
    synchronized void close() {
        closed = true;
        letGo(held);
    }

    private void begin() {
        try {
            executor.execute(this::stay);
        } catch (RejectedExecutionException e) {
            // the server ends, and its threads with it
        }
    }

    private void stay() {
        try {
            if (!leave.tryAcquire(stretch.toMillis(), TimeUnit.MILLISECONDS) && !closed) {
                begin();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
