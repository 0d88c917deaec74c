package org.mcpproxy.store;

import java.time.Instant;
import org.jdbi.v3.core.Handle;
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

    static void insert(Handle handle, RefreshToken token) {
        handle.execute(
                "INSERT INTO refresh_token (hash, family_hash, grant_id, client_id, expires_at) VALUES (?, ?, ?, ?, ?)",
                token.hash(),
                token.familyHash(),
                token.grantId(),
                token.clientId(),
                token.expiresAt());
    }

    /** What goes with a grant whose row has gone; Okta's tokens are left to be revoked there. */
    static void cleanUp(Handle handle, String grantId, Instant now) {
        handle.execute("DELETE FROM refresh_token WHERE grant_id = ?", grantId);
        handle.execute(
                "UPDATE upstream_session SET ended_at = ?, revoke_after = ? WHERE grant_id = ?",
                now,
                now.plus(EndedSessions.OTHERS_TIME),
                grantId);
        handle.execute("INSERT INTO revocation (grant_id) VALUES (?)", grantId);
    }
}
