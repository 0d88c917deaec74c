package org.mcpproxy.web;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that bodies, or other messages, may hold together, and that those of one owner may hold. Each body is within its own
 * bound, but a few dozen connections whose bodies come slowly would fill the heap all the same.
 */
public final class BodyBudget {

    private final long most;
    private final long mostOfOne;
    private final AtomicLong held = new AtomicLong();
    private final ConcurrentMap<String, Long> heldByOwner = new ConcurrentHashMap<>();

    /**
     * @param most bytes of all bodies together
     * @param mostOfOne bytes of all bodies of one owner
     */
    public BodyBudget(long most, long mostOfOne) {
        this.most = most;
        this.mostOfOne = mostOfOne;
    }

    /** The share of one body, which holds nothing yet. */
    public Share share(String owner) {
        return new Share(owner);
    }

    /** Bytes that are held now. */
    public long held() {
        return held.get();
    }

    /** Bytes that may be held. */
    public long most() {
        return most;
    }

    /** How many owners hold anything now. */
    public int owners() {
        return heldByOwner.size();
    }

    private boolean take(String owner, long bytes) {
        if (held.addAndGet(bytes) > most) {
            held.addAndGet(-bytes);
            return false;
        }
        boolean[] taken = new boolean[1];
        heldByOwner.compute(owner, (name, before) -> {
            long after = (before == null ? 0 : before) + bytes;
            taken[0] = after <= mostOfOne;
            return taken[0] ? (Long) after : before;
        });
        if (!taken[0]) {
            held.addAndGet(-bytes);
        }
        return taken[0];
    }

    private void give(String owner, long bytes) {
        held.addAndGet(-bytes);
        heldByOwner.computeIfPresent(owner, (name, before) -> before == bytes ? null : (Long) (before - bytes));
    }

    /** What one body holds, until it is closed. */
    public final class Share implements AutoCloseable {

        private final String owner;
        private long bytes;
        private boolean closed;

        private Share(String owner) {
            this.owner = owner;
        }

        /** @return false where there is no room for so much more, or the share was closed */
        public synchronized boolean take(long more) {
            boolean taken = !closed && BodyBudget.this.take(owner, more);
            if (taken) {
                bytes += more;
            }
            return taken;
        }

        /**
         * Takes or gives back what is missing or too much.
         *
         * @return as {@link #take}
         */
        public synchronized boolean hold(long exactly) {
            if (exactly > bytes) {
                return take(exactly - bytes);
            }
            give(bytes - exactly);
            return !closed;
        }

        /** Gives back so much of it. Does nothing once the share was closed. */
        public synchronized void give(long less) {
            if (!closed && less > 0) {
                BodyBudget.this.give(owner, less);
                bytes -= less;
            }
        }

        /** Gives back all of it; a second time does nothing. */
        @Override
        public synchronized void close() {
            if (!closed && bytes > 0) {
                BodyBudget.this.give(owner, bytes);
            }
            closed = true;
        }
    }
}
