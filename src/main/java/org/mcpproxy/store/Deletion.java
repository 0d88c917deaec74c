package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** Deletes the rows of a table whose time is over. */
final class Deletion implements Chore {

    static final int BATCH = 500;

    private final Database database;
    private final Clock clock;
    private final String table;
    private final Duration kept;
    private final String sql;

    /**
     * @param key the columns of the primary key
     * @param column the time of a row; one without it stays
     * @param kept for how long it is kept after that time
     */
    Deletion(Database database, Clock clock, String table, String key, String column, Duration kept) {
        this.database = database;
        this.clock = clock;
        this.table = table;
        this.kept = kept;
        // Asked for twice, so that a row whose time another transaction has just put off stays.
        this.sql = """
                DELETE FROM %1$s WHERE %3$s <= ? AND (%2$s) IN (
                    SELECT %2$s FROM %1$s WHERE %3$s <= ? ORDER BY %3$s LIMIT ?)
                """.formatted(table, key, column);
    }

    @Override
    public String name() {
        return table;
    }

    @Override
    public boolean part() {
        Instant before = clock.instant().minus(kept);
        return database.update(sql, before, before, BATCH) == BATCH;
    }
}
