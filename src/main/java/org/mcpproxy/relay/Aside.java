package org.mcpproxy.relay;

import org.mcpproxy.web.RequestThreads;

/**
 * Does what takes long of one answer on a thread for that, in turns by holder, so that nobody waits for it on a thread that
 * reads for all. What waits is given up with its answer: its memory counts no longer from then on.
 */
final class Aside {

    private final RequestThreads threads;
    private final String holder;

    /** Guarded by this. */
    private Runnable waiting;

    /** Guarded by this. */
    private boolean givenUp;

    /** @param holder whose turns it takes */
    Aside(RequestThreads threads, String holder) {
        this.threads = threads;
        this.holder = holder;
    }

    /**
     * One at a time.
     *
     * @param then what is to be done with it, which takes no long time; never where it is given up before its turn
     * @return false where it will never run, as there is no room or the server is going down
     */
    boolean run(Runnable work, Runnable then) {
        synchronized (this) {
            waiting = givenUp
                    ? null
                    : () -> {
                        work.run();
                        threads.run(then);
                    };
        }
        return threads.runLarge(holder, this::takeTurn);
    }

    synchronized void giveUp() {
        givenUp = true;
        waiting = null;
    }

    private void takeTurn() {
        Runnable due = due();
        if (due != null) {
            due.run();
        }
    }

    private synchronized Runnable due() {
        Runnable due = waiting;
        waiting = null;
        return due;
    }
}
