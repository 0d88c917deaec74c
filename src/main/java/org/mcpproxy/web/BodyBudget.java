package org.mcpproxy.web;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that bodies, or other messages, may hold together, and that those of one owner may hold. Each body is within its own
 * bound, but a few dozen connections whose bodies come slowly would fill the heap all the same. An owner's part shrinks as
 * others come, to half of what they leave, so that a few cannot lock out everybody else.
 */
public final class BodyBudget {

    private final long most;
    private final long mostOfOne;
    private final AtomicLong held = new AtomicLong();
    private final ConcurrentMap<String, Long> heldByOwner = new ConcurrentHashMap<>();

    /**
     * @param most bytes of all bodies together
     * @param mostOfOne bytes of all bodies of one owner, at most
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
        boolean[] taken = new boolean[1];
        heldByOwner.compute(owner, (name, before) -> {
            long own = before == null ? 0 : before;
            taken[0] = own + bytes <= mostOfOne && takeOfAll(own, bytes);
            return taken[0] ? (Long) (own + bytes) : before;
        });
        return taken[0];
    }

    private boolean takeOfAll(long own, long bytes) {
        long before;
        do {
            before = held.get();
            if (!leavesEnough(before, own, bytes)) {
                return false;
            }
        } while (!held.compareAndSet(before, before + bytes));
        return true;
    }

    /** Whoever is not alone leaves as much as they hold: however many come, the next finds some. */
    private boolean leavesEnough(long before, long own, long bytes) {
        long left = most - before - bytes;
        boolean alone = before == own;
        return left >= (alone ? 0 : own + bytes);
    }

    private void give(String owner, long bytes) {
        heldByOwner.computeIfPresent(owner, (name, before) -> {
            held.addAndGet(-bytes);
            return before == bytes ? null : (Long) (before - bytes);
        });
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

        /** Hands so much of it over to another share of the same owner, for which there may be no room but this. */
        public void moveTo(Share other, long less) {
            if (leave(less) && !other.join(less)) {
                BodyBudget.this.give(owner, less);
            }
        }

        private synchronized boolean leave(long less) {
            if (!closed) {
                bytes -= less;
            }
            return !closed;
        }

        private synchronized boolean join(long more) {
            if (!closed) {
                bytes += more;
            }
            return !closed;
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
