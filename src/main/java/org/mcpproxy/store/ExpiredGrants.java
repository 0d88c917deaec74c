package org.mcpproxy.store;

import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Handle;

/** Ends grants that were not used for too long, as if somebody had ended them: with all that hangs on them. */
final class ExpiredGrants implements Chore {

    static final int BATCH = 500;

    private final Database database;
    private final RevocationLog revocations;
    private final Clock clock;

    ExpiredGrants(Database database, RevocationLog revocations, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "access_grant";
    }

    @Override
    public boolean part() {
        Instant now = clock.instant();
        List<String> ended = database.inTransaction(handle -> end(handle, now));
        ended.forEach(revocations::note);
        return ended.size() == BATCH;
    }

    private static List<String> end(Handle handle, Instant now) {
        List<String> expired =
                handle.select("""
                        SELECT id FROM access_grant WHERE expires_at <= ?
                        ORDER BY expires_at LIMIT ? FOR UPDATE SKIP LOCKED
                        """, now, BATCH).mapTo(String.class).list();
        Rows.each(handle, "DELETE FROM access_grant WHERE id = ?", expired);
        Rows.cleanUp(handle, expired, now);
        return expired;
    }
}
