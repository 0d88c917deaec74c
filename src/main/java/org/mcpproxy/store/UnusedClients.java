package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/**
 * Forgets clients that nobody has granted anything for long. One with a grant stays, however long ago that was given; it
 * is not looked at again for some days, so that those who stay do not stand before those who go.
 */
final class UnusedClients implements Chore {

    static final int BATCH = 500;

    private static final Duration NEXT_LOOK = Duration.ofDays(7);
    private static final String DUE =
            "kept_until <= ? AND id IN (SELECT id FROM client WHERE kept_until <= ? ORDER BY kept_until LIMIT ?)";
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
        int kept = database.update(
                "UPDATE client SET kept_until = ? WHERE " + DUE + " AND " + HAS_GRANT,
                now.plus(NEXT_LOOK),
                now,
                now,
                BATCH);
        int forgotten = database.update("DELETE FROM client WHERE " + DUE + " AND NOT " + HAS_GRANT, now, now, BATCH);
        return kept + forgotten >= BATCH;
    }
}
