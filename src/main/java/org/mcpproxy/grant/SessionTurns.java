package org.mcpproxy.grant;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Lets one at a time work on an Okta session: one thread of this node, and of all nodes the one that has the lease. */
final class SessionTurns {

    /**
     * For how long one node may hold a session: longer than a call to Okta can take, with some time for the store before. A
     * node that dies meanwhile holds the others up for no more than this.
     */
    static final Duration LEASE = Duration.ofSeconds(20);

    /** A call to Okta, its wait for a turn and an earlier one that was soon refused for want of a nonce included. */
    private static final Duration CALL = Duration.ofSeconds(17);

    private static final Duration PATIENCE = Duration.ofSeconds(25);
    private static final Duration PAUSE = Duration.ofMillis(100);

    /**
     * One who waits for the store with new tokens tries again all the time; longer than the first who asks a database after
     * an outage may wait for a connection.
     */
    private static final Duration PRECEDENCE = Duration.ofSeconds(6);

    static final Duration NEXT_TRY = Duration.ofSeconds(5);
    private static final int STRIPES = 256;

    /**
     * Each holds a thread while it waits, for another or for Okta; the server has more of them ({@code coreThreads} in
     * server.xml), so that those who need nothing of Okta are served however slow it is.
     */
    static final int PLACES = 256;

    private static final Logger LOG = System.getLogger(SessionTurns.class.getName());

    private final UpstreamSessions sessions;
    private final RandomGenerator random;
    private final Semaphore places = new Semaphore(PLACES);
    private final Lock[] locks =
            Stream.generate(ReentrantLock::new).limit(STRIPES).toArray(Lock[]::new);

    SessionTurns(UpstreamSessions sessions, RandomGenerator random) {
        this.sessions = sessions;
        this.random = random;
    }

    /**
     * Does something as the only one.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} where another holds the session for too long, or too many wait
     */
    <T> T take(String grantId, Function<Turn, T> action) {
        if (!places.tryAcquire()) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, NEXT_TRY);
        }
        try {
            return alone(grantId, action);
        } finally {
            places.release();
        }
    }

    private <T> T alone(String grantId, Function<Turn, T> action) {
        Lock lock = locks[Math.floorMod(grantId.hashCode(), STRIPES)];
        if (!acquire(lock)) {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, NEXT_TRY);
        }
        try {
            return leased(grantId, action);
        } finally {
            lock.unlock();
        }
    }

    private <T> T leased(String grantId, Function<Turn, T> action) {
        String holder = Secret.random(random).value();
        long end = awaitLease(grantId, holder);
        try {
            return action.apply(new Turn(grantId, holder, end));
        } finally {
            release(grantId, holder);
        }
    }

    /** Whatever was done counts; a lease that cannot be given back runs out. */
    private void release(String grantId, String holder) {
        try {
            sessions.release(grantId, holder);
        } catch (Rejection e) {
            LOG.log(Level.DEBUG, "The lease on an Okta session runs out by itself: {0}", e.reason());
        }
    }

    /**
     * There is nothing to lease, and nothing to wait for, where there is no session.
     *
     * @return the end of the lease
     */
    private long awaitLease(String grantId, String holder) {
        long patience = System.nanoTime() + PATIENCE.toNanos();
        letLatecomersGoFirst(grantId);
        while (true) {
            long end = System.nanoTime() + LEASE.toNanos();
            if (sessions.lease(grantId, holder, LEASE) || sessions.find(grantId).isEmpty()) {
                return end;
            }
            if (System.nanoTime() - patience > 0 || Thread.currentThread().isInterrupted()) {
                throw Rejection.until(Reason.OKTA_UNAVAILABLE, NEXT_TRY);
            }
            LockSupport.parkNanos(PAUSE.toNanos());
        }
    }

    /**
     * A lease that is overdue after an outage of the store may be that of somebody who has what Okta gave for it, and could
     * not write it down yet. The refresh token that we would find is dead then.
     */
    private void letLatecomersGoFirst(String grantId) {
        if (sessions.isOverdue(grantId)) {
            LockSupport.parkNanos(PRECEDENCE.toNanos());
        }
    }

    /**
     * The right to work on a session.
     *
     * @param holder who has it
     * @param end of it, as {@link System#nanoTime()} has it
     */
    record Turn(String grantId, String holder, long end) {

        /**
         * To be asked before a call to Okta that must not run beside another.
         *
         * @throws Rejection {@code OKTA_UNAVAILABLE} where the store took so long that the lease may not last
         */
        void requireTimeForCall() {
            if (end - System.nanoTime() < CALL.toNanos()) {
                throw Rejection.until(Reason.OKTA_UNAVAILABLE, NEXT_TRY);
            }
        }
    }

    private static boolean acquire(Lock lock) {
        try {
            return lock.tryLock(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
