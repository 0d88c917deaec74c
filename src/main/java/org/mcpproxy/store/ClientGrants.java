package org.mcpproxy.store;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.oauth.Rejection;

/**
 * Lets all that people granted to a client expire, and tells every node. Of a client in wide use that is more than the database
 * does in one statement before it gives that up: it is done in parts, each a transaction of its own. That it is under way is
 * noted with the first of them, so that housekeeping goes on where whoever began cannot.
 */
final class ClientGrants {

    /** In each part: some half a second on a small machine. */
    static final int BATCH = 5_000;

    /** For which whoever began goes on: the client waits for the answer. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    /** For whoever began to do the next part himself. */
    static final Duration HIS_TIME = Duration.ofMinutes(1);

    /** What another node opened before may say that it was a little later. */
    static final Duration CLOCKS_DIFFER = Duration.ofSeconds(5);

    /** Even for whoever read the clock before. */
    private static final Instant EXPIRED = Instant.EPOCH;

    /** Every node remembers the ended grants of an hour, and takes no token where there are too many. */
    private static final int MOST_ENDED = 500_000;

    private static final Logger LOG = System.getLogger(ClientGrants.class.getName());

    private final Database database;
    private final RevocationLog revocations;
    private final Clock clock;
    private final int batch;
    private final Capacity ended;

    ClientGrants(Database database, RevocationLog revocations, Clock clock) {
        this(database, revocations, clock, BATCH, MOST_ENDED);
    }

    ClientGrants(Database database, RevocationLog revocations, Clock clock, int batch, int mostEnded) {
        this.database = database;
        this.revocations = revocations;
        this.clock = clock;
        this.batch = batch;
        this.ended = new Capacity(database, "SELECT COUNT(*) FROM revocation", mostEnded, clock);
    }

    /**
     * The first part, within the transaction that changes the client.
     *
     * @return what has expired when that transaction ends
     */
    List<EndedGrant> begin(Handle handle, String clientId, Cause cause) {
        Instant now = clock.instant();
        Ending ending = new Ending(clientId, cause, now.plus(CLOCKS_DIFFER));
        note(handle, ending, now.plus(HIS_TIME)); // held first, as where another part ends
        return expire(handle, ending, now);
    }

    /**
     * More parts, after that transaction, for some seconds; one at least, as a grant that was opened while the change was not
     * yet to be seen was not yet to be seen by it either. Where the database goes away meanwhile, or so many have ended that the
     * nodes remember no more, the rest is left for housekeeping.
     *
     * @param first what {@link #begin} returned
     * @param told of each part as soon as it has ended
     */
    void goOn(String clientId, List<EndedGrant> first, Consumer<List<EndedGrant>> told) {
        first.forEach(this::remember);
        told.accept(first);
        try {
            long end = System.nanoTime() + LONGEST.toNanos();
            boolean more = true;
            while (more && !ended.isFull() && System.nanoTime() - end < 0) {
                more = next(clientId, HIS_TIME, told);
            }
        } catch (Rejection unavailable) {
            LOG.log(Level.WARNING, "Grants of a client are left for housekeeping to end: {0}", unavailable.reason());
        }
    }

    /**
     * One whose next part nobody has done in time, where there is room to remember it. It is not due again for a while, so
     * that one whose part fails each time holds up no other.
     */
    Optional<Ending> takeDue() {
        return ended.isFull() ? Optional.empty() : database.inTransaction(this::takeDue);
    }

    private Optional<Ending> takeDue(Handle handle) {
        Instant now = clock.instant();
        Optional<Ending> due = handle.select(
                        "SELECT * FROM client_ending WHERE due_at <= ? ORDER BY due_at LIMIT 1 FOR UPDATE", now)
                .map((row, context) -> Ending.read(row))
                .findFirst();
        due.ifPresent(ending -> putOff(handle, ending, now.plus(HIS_TIME)));
        return due;
    }

    /**
     * Another part.
     *
     * @param time for whoever does this one to do the next himself
     * @param told of the part as soon as it has ended
     * @return whether there may be more
     */
    boolean next(String clientId, Duration time, Consumer<List<EndedGrant>> told) {
        List<EndedGrant> part = database.inTransaction(handle -> noted(handle, clientId)
                .map(ending -> part(handle, ending, time))
                .orElse(List.of()));
        part.forEach(this::remember);
        told.accept(part);
        return part.size() == batch;
    }

    private List<EndedGrant> part(Handle handle, Ending ending, Duration time) {
        Instant now = clock.instant();
        List<EndedGrant> part = expire(handle, ending, now);
        if (part.size() == batch) {
            putOff(handle, ending, now.plus(time));
        } else {
            handle.execute("DELETE FROM client_ending WHERE client_id = ?", ending.clientId());
        }
        return part;
    }

    /**
     * From the end of the transaction on they are of no use: every node reads that they are revoked, and they have expired.
     * Their rows are held before, so that nobody else ends one of them too.
     */
    private List<EndedGrant> expire(Handle handle, Ending ending, Instant now) {
        List<EndedGrant> part = handle.select("""
                        SELECT id, user_id FROM access_grant WHERE client_id = ? AND expires_at > ? AND opened_at <= ?
                        LIMIT ? FOR UPDATE
                        """, ending.clientId(), now, ending.openedUntil(), batch)
                .map((row, context) -> new EndedGrant(row.getString("id"), row.getString("user_id")))
                .list();
        List<String> ids = part.stream().map(EndedGrant::id).toList();
        Rows.each(handle, "UPDATE access_grant SET expires_at = ? WHERE id = ?", ids, EXPIRED);
        Rows.tellAll(handle, ids);
        return part;
    }

    /** A client may change its kind again before all of it is done. */
    private static void note(Handle handle, Ending ending, Instant dueAt) {
        handle.execute("DELETE FROM client_ending WHERE client_id = ?", ending.clientId());
        handle.execute(
                "INSERT INTO client_ending (client_id, cause, opened_until, due_at) VALUES (?, ?, ?, ?)",
                ending.clientId(),
                ending.cause().name(),
                ending.openedUntil(),
                dueAt);
    }

    private static void putOff(Handle handle, Ending ending, Instant dueAt) {
        handle.execute("UPDATE client_ending SET due_at = ? WHERE client_id = ?", dueAt, ending.clientId());
    }

    private static Optional<Ending> noted(Handle handle, String clientId) {
        return handle.select("SELECT * FROM client_ending WHERE client_id = ? FOR UPDATE", clientId)
                .map((row, context) -> Ending.read(row))
                .findOne();
    }

    private void remember(EndedGrant grant) {
        revocations.note(grant.id());
    }

    /**
     * What is still to end.
     *
     * @param openedUntil what people granted later was granted to the client as it is now
     */
    record Ending(String clientId, Cause cause, Instant openedUntil) {

        private static Ending read(ResultSet row) throws SQLException {
            return new Ending(
                    row.getString("client_id"),
                    Cause.valueOf(row.getString("cause")),
                    Database.instant(row, "opened_until"));
        }
    }
}
