package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/**
 * Forgets clients that nobody has granted anything for long. One with a grant stays, however long ago that was given; it
 * is not looked at again for some days, so that those who stay do not stand before those who go.
 */
final class UnusedClients implements Chore {

    static final int BATCH = 500;

    private static final Duration NEXT_LOOK = Duration.ofDays(7);
    private static final String HAS_GRANT = "EXISTS (SELECT 1 FROM access_grant WHERE client_id = client.id)";

    private final Database database;
    private final Clock clock;

    UnusedClients(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "client";
    }

    @Override
    public boolean part() {
        Instant now = clock.instant();
        return database.inTransaction(handle -> look(handle, now)) == BATCH;
    }

    /** The time is asked again: another transaction may just have put it off. */
    private static int look(Handle handle, Instant now) {
        List<String> due = handle.select(
                        "SELECT id FROM client WHERE kept_until <= ? ORDER BY kept_until LIMIT ?", now, BATCH)
                .mapTo(String.class)
                .list();
        Rows.each(handle, "DELETE FROM client WHERE kept_until <= ? AND NOT " + HAS_GRANT + " AND id = ?", due, now);
        Rows.each(
                handle,
                "UPDATE client SET kept_until = ? WHERE kept_until <= ? AND id = ?",
                due,
                now.plus(NEXT_LOOK),
                now);
        return due.size();
    }
}
