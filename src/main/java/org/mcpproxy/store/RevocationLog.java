package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The grants that have ended, as this node has read of them: those of the lifetime of an access token, since what was
 * issued for the others has expired. Read again and again, so that nobody has to be asked for a request.
 *
 * <p>A row's time is the database's, and that of the beginning of its transaction: it may be seen later than its time
 * says. So each poll reads some time again, and now and then one reads more, for a transaction that hung.
 */
@Singleton
public class RevocationLog implements LiveGrants {

    static final Duration INTERVAL = Duration.ofMillis(500);

    /** Without a successful poll for this long, this node no longer knows who may be here. */
    static final Duration DEAF = Duration.ofSeconds(60);

    /** After a few polls: a database that falls silent keeps them waiting, and fails them much later. */
    static final Duration LATE = Duration.ofSeconds(3);

    /** Longer than a transaction of ours can take, with a wait for each of its rows. */
    private static final Duration OVERLAP = Duration.ofSeconds(30);

    private static final Duration LONG_OVERLAP = Duration.ofMinutes(2);

    /** In polls. */
    private static final int LONG_OVERLAP_EVERY = 20;

    /** For clocks that differ, and for transactions that began before they were seen. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private static final Duration NEXT_TRY = Duration.ofSeconds(5);
    private static final int MOST = 1_000_000;
    private static final int FETCH = 5_000;
    private static final Logger LOG = System.getLogger(RevocationLog.class.getName());

    private final Database database;
    private final Duration history;
    private final LongSupplier nanos;
    private final int most;

    /** Grants, and when this node heard of their end. */
    private final Map<String, Long> ended = new ConcurrentHashMap<>();

    private volatile Heard heard;
    private volatile boolean loaded;
    private boolean full;
    private int polls;

    @Inject
    public RevocationLog(DataSource source, StoreStatus status, Connections connections, Settings settings) {
        this(Database.ofOneWhoNeverWaits(source, status, connections), settings, System::nanoTime, MOST);
    }

    RevocationLog(Database database, Settings settings) {
        this(database, settings, System::nanoTime, MOST);
    }

    /** @param nanos a clock that nobody sets */
    RevocationLog(Database database, Settings settings, LongSupplier nanos, int most) {
        this.database = database;
        this.history = settings.lifetimes().accessToken().plus(MARGIN);
        this.nanos = nanos;
        this.most = most;
    }

    @Override
    public boolean isLive(String grantId) {
        if (ended.containsKey(grantId)) {
            return false;
        }
        if (isDeaf()) {
            throw Rejection.until(Reason.STORE_UNAVAILABLE, NEXT_TRY);
        }
        return true;
    }

    /** Whether this node does not know who may be here: it then lets nobody in. */
    boolean isDeaf() {
        return isSilentFor(DEAF);
    }

    /** Whether the database lets this node wait. */
    boolean isLate() {
        return isSilentFor(LATE);
    }

    private boolean isSilentFor(Duration time) {
        Heard last = heard;
        return last == null || nanos.getAsLong() - last.at() >= time.toNanos();
    }

    /** Whether the lifetime of a token has been read, once. */
    boolean loaded() {
        return loaded;
    }

    /** This node has ended a grant, and need not wait until it reads so. */
    void note(String grantId) {
        ended.putIfAbsent(grantId, nanos.getAsLong());
    }

    /**
     * Reads what is new. One thread at a time.
     *
     * @throws Rejection {@code STORE_UNAVAILABLE}
     */
    void poll() {
        long at = nanos.getAsLong();
        boolean far = polls++ % LONG_OVERLAP_EVERY == 0;
        if (far) {
            forgetBefore(at - history.plus(LONG_OVERLAP).toNanos());
        }
        Heard last = heard;
        Instant time = database.streaming(handle -> read(handle, last, far ? LONG_OVERLAP : OVERLAP));
        hear(new Heard(time, at));
    }

    /** @return the database's time */
    private Instant read(Handle handle, Heard last, Duration overlap) {
        Instant time = handle.select("SELECT CURRENT_TIMESTAMP AS asked_at")
                .map((row, context) -> Database.instant(row, "asked_at"))
                .one();
        Instant history = time.minus(this.history);
        handle.createQuery("SELECT grant_id FROM revocation WHERE revoked_at > :since ORDER BY revoked_at LIMIT :most")
                .bind(
                        "since",
                        last == null
                                ? history
                                : later(history, last.before(time).minus(overlap)))
                .bind("most", most)
                .setFetchSize(FETCH)
                .mapTo(String.class)
                .forEach(this::note);
        return time;
    }

    /** Where there are more than can be held, this node knows too little to let anyone in. */
    private void hear(Heard now) {
        boolean tooMany = ended.size() >= most;
        if (tooMany && !full) {
            LOG.log(Level.ERROR, "More grants have ended than this node can remember: it refuses all tokens for now");
        }
        full = tooMany;
        heard = tooMany ? null : now;
        loaded |= !tooMany;
    }

    private void forgetBefore(long time) {
        ended.values().removeIf(at -> at - time < 0);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    /**
     * A poll that succeeded.
     *
     * @param time by the database's clock
     * @param at by this node's
     */
    private record Heard(Instant time, long at) {

        /** The earlier of the two: another database that took over may have a clock that is behind. */
        Instant before(Instant now) {
            return time.isBefore(now) ? time : now;
        }
    }
}
