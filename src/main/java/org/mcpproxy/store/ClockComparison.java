package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.config.SharedClock;

/**
 * Compares this machine's clock with the database's, which all nodes have in common. A node that is a minute ahead would
 * take the leases of the others and end their graces, and one that is a month ahead every grant.
 */
@Singleton
public class ClockComparison {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** From here on somebody should set a clock. */
    private static final Duration NOTABLE = Duration.ofSeconds(5);

    private static final Logger LOG = System.getLogger(ClockComparison.class.getName());

    private final Database database;
    private final SharedClock clock;
    private volatile boolean done;
    private boolean notable;

    @Inject
    public ClockComparison(Database database, SharedClock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Compares them once more. One thread at a time.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}; the correction stays
     */
    synchronized void run() {
        Instant before = clock.own();
        Instant theirs = database.with(handle -> handle.select("SELECT CURRENT_TIMESTAMP AS asked_at")
                .map((row, context) -> Database.instant(row, "asked_at"))
                .one());
        clock.compare(theirs, before, clock.own());
        done = true;
        report();
    }

    /** For whatever must not go by a clock that nobody has compared. */
    void require() {
        if (!done) {
            run();
        }
    }

    /** Once, for as long as it lasts. */
    private void report() {
        Duration correction = clock.correction();
        boolean now = correction.abs().compareTo(NOTABLE) > 0;
        if (now && !notable) {
            LOG.log(
                    Level.WARNING,
                    "This machine''s clock is {0} s {1} the database''s, by which this node goes. Set them both (NTP).",
                    correction.abs().toSeconds(),
                    correction.isNegative() ? "ahead of" : "behind");
        }
        notable = now;
    }
}
