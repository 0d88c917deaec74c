package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Deletes the rows of a table whose time is over. */
final class Deletion implements Chore {

    static final int BATCH = 500;

    private final Database database;
    private final Clock clock;
    private final String table;
    private final Duration kept;
    private final FirstRows rows;

    /**
     * @param key the columns of the primary key
     * @param column the time of a row; one without it stays
     * @param kept for how long it is kept after that time
     */
    Deletion(Database database, Clock clock, String table, List<String> key, String column, Duration kept) {
        this.database = database;
        this.clock = clock;
        this.table = table;
        this.kept = kept;
        this.rows = new FirstRows(table, key, column + " <= ?", column);
    }

    @Override
    public String name() {
        return table;
    }

    @Override
    public boolean part() {
        Instant before = clock.instant().minus(kept);
        return database.inTransaction(handle -> rows.delete(handle, BATCH, before)) == BATCH;
    }
}
