package org.mcpproxy.store;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets one at a time ask a database that did not answer, until it does. Each who asks waits for its time-outs, with a thread
 * and a connection: without this soon all there are.
 */
final class Breaker {

    private final AtomicBoolean silent = new AtomicBoolean();
    private final AtomicReference<Thread> asker = new AtomicReference<>();

    /** Whoever may ask says afterwards, on the same thread, what came of it. */
    boolean mayAsk() {
        return !silent.get() || asker.compareAndSet(null, Thread.currentThread());
    }

    /** There was an answer, be it a refusal. */
    void answered() {
        silent.set(false);
        asker.set(null);
    }

    /** Nobody knows: whoever asked came to an end by himself, maybe before anything was asked. */
    void undecided() {
        asker.compareAndSet(Thread.currentThread(), null);
    }

    /** There was none. Who had asked before the silence was known makes no room for another. */
    void silent() {
        silent.set(true);
        asker.compareAndSet(Thread.currentThread(), null);
    }
}
