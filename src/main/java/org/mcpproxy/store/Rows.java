package org.mcpproxy.store;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Statements that several ports have in common. */
final class Rows {

    private Rows() {}

    /**
     * Puts off the end of a live grant, and holds its row until the transaction's end.
     *
     * @throws Rejection {@code GRANT_ENDED}
     */
    static void putOff(Handle handle, String grantId, Instant expiresAt, Instant now) {
        int live = handle.execute(
                "UPDATE access_grant SET expires_at = ? WHERE id = ? AND expires_at > ?", expiresAt, grantId, now);
        if (live == 0) {
            throw Rejection.of(Reason.GRANT_ENDED);
        }
    }

    /**
     * Puts a grant's end off, uses up what it is redeemed by and keeps its first refresh token; all of it or, where another was
     * first, nothing. The grant comes first, here and wherever one ends: who takes locks in one order never waits in a circle.
     *
     * @param consumption changes one row, where nobody has used it before
     * @throws Rejection {@code GRANT_ENDED}
     */
    static boolean redeem(
            Handle handle,
            String grantId,
            Instant grantExpiresAt,
            Optional<RefreshToken> first,
            Instant now,
            IntSupplier consumption) {
        putOff(handle, grantId, grantExpiresAt, now);
        if (consumption.getAsInt() == 0) {
            handle.rollback();
            return false;
        }
        first.ifPresent(token -> {
            handle.execute("UPDATE access_grant SET family_hash = ? WHERE id = ?", token.familyHash(), token.grantId());
            insert(handle, token);
        });
        return true;
    }

    static void insert(Handle handle, RefreshToken token) {
        handle.execute(
                """
                INSERT INTO refresh_token (hash, family_hash, grant_id, client_id, key_thumbprint, expires_at)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
                token.hash(),
                token.familyHash(),
                token.grantId(),
                token.clientId(),
                token.keyThumbprint().orElse(null),
                token.expiresAt());
    }

    /** Whether nobody has kept this hash before. Of two who are first at the same time one repeats, and finds the other's row. */
    static boolean isFirst(Database database, String table, String hash, Instant expiresAt) {
        return database.inTransaction(handle -> isFirst(handle, table, hash, expiresAt));
    }

    /** As one step of a transaction. */
    static boolean isFirst(Handle handle, String table, String hash, Instant expiresAt) {
        long known = handle.select("SELECT COUNT(*) FROM " + table + " WHERE hash = ?", hash)
                .mapTo(Long.class)
                .one();
        return known == 0
                && handle.execute("INSERT INTO " + table + " (hash, expires_at) VALUES (?, ?)", hash, expiresAt) == 1;
    }

    /** What goes with grants whose rows have gone; Okta's tokens are left to be revoked there. */
    static void cleanUp(Handle handle, Collection<String> grantIds, Instant now) {
        each(handle, "DELETE FROM refresh_token WHERE grant_id = ?", grantIds);
        each(
                handle,
                "UPDATE upstream_session SET ended_at = ?, revoke_after = ? WHERE grant_id = ?",
                grantIds,
                now,
                now.plus(EndedSessions.OTHERS_TIME));
        tellAll(handle, grantIds);
    }

    /** Writes down for every node that grants have ended, where that is not said yet. */
    static void tellAll(Handle handle, Collection<String> grantIds) {
        each(handle, """
                INSERT INTO revocation (grant_id)
                SELECT ended.id FROM (SELECT CAST(? AS VARCHAR(64)) AS id) ended
                WHERE NOT EXISTS (SELECT 1 FROM revocation WHERE grant_id = ended.id)
                """, grantIds);
    }

    /**
     * Runs a statement for each of these, all in one go.
     *
     * @param others the values that stand before the id
     */
    static void each(Handle handle, String sql, Collection<String> ids, Object... others) {
        batch(handle, sql, ids, others).execute();
    }

    /** Runs a statement that deletes the row with an id, for each of these. Those come back whose rows were there. */
    static List<String> deleted(Handle handle, String sql, List<String> ids) {
        int[] rows = batch(handle, sql, ids).execute();
        return IntStream.range(0, rows.length)
                .filter(i -> rows[i] > 0)
                .mapToObj(ids::get)
                .toList();
    }

    private static PreparedBatch batch(Handle handle, String sql, Collection<String> ids, Object... others) {
        PreparedBatch batch = handle.prepareBatch(sql);
        for (String id : ids) {
            for (int position = 0; position < others.length; position++) {
                batch.bind(position, others[position]);
            }
            batch.bind(others.length, id).add();
        }
        return batch;
    }
}
