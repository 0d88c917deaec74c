package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jdbi.v3.core.Handle;

/** The right to do something that one node at a time shall do. A node that dies with it holds the others up for its time. */
@Singleton
public class Leases {

    private final Database database;
    private final Clock clock;

    @Inject
    public Leases(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /**
     * Takes a lease where nobody has it or its time is over, or keeps it for longer.
     *
     * @param holder whoever it is, unlike all others
     * @param longest after which it is free again, should the holder die
     */
    boolean tryAcquire(String name, String holder, Duration longest) {
        database.update(
                "INSERT INTO lease (name) SELECT ? WHERE NOT EXISTS (SELECT 1 FROM lease WHERE name = ?)", name, name);
        Instant now = clock.instant();
        return database.update("""
                        UPDATE lease SET holder = ?, leased_until = ?
                        WHERE name = ? AND (leased_until IS NULL OR leased_until <= ? OR holder = ?)
                        """, holder, now.plus(longest), name, now, holder) > 0;
    }

    /** Whether the holder still has it; nobody else takes it before the transaction's end. */
    boolean isHeld(Handle handle, String name, String holder) {
        return handle.execute(
                        "UPDATE lease SET holder = holder WHERE name = ? AND holder = ? AND leased_until > ?",
                        name,
                        holder,
                        clock.instant())
                > 0;
    }

    /** Writes what is there already: a node that has nothing to write learns whether the database takes it. */
    void touch(String name) {
        database.update("UPDATE lease SET holder = holder WHERE name = ?", name);
    }

    /** Gives it back, where this holder still has it. */
    void release(String name, String holder) {
        database.update(
                "UPDATE lease SET holder = NULL, leased_until = NULL WHERE name = ? AND holder = ?", name, holder);
    }
}
