package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.grant.Approvals;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.upstream.User;

/** The newest approval for each person and client. */
@Singleton
public class JdbcApprovals implements Approvals {

    private static final String KEY = " WHERE organization = ? AND user_id = ? AND client_id = ?";

    private final Database database;
    private final Clock clock;

    @Inject
    public JdbcApprovals(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** Of two who are first at the same time one repeats, and finds the other's row. */
    @Override
    public void approve(Approval approval) {
        database.inTransaction(handle -> {
            int known = handle.execute(
                    "UPDATE approval SET redirect_uri = ?, scope = ?, resource = ?, expires_at = ?" + KEY,
                    approval.redirectUri(),
                    approval.scope().toString(),
                    approval.resources().toString(),
                    approval.expiresAt(),
                    approval.organization(),
                    approval.userId(),
                    approval.clientId());
            return known > 0 ? known : insert(handle, approval);
        });
    }

    private static int insert(Handle handle, Approval approval) {
        return handle.execute(
                """
                INSERT INTO approval (organization, user_id, client_id, redirect_uri, scope, resource, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
                approval.organization(),
                approval.userId(),
                approval.clientId(),
                approval.redirectUri(),
                approval.scope().toString(),
                approval.resources().toString(),
                approval.expiresAt());
    }

    @Override
    public boolean isApproved(Approval asked) {
        return database.with(handle -> handle.select(
                                "SELECT * FROM approval" + KEY + " AND expires_at > ?",
                                asked.organization(),
                                asked.userId(),
                                asked.clientId(),
                                clock.instant())
                        .map((row, context) -> read(row))
                        .findOne())
                .filter(given -> given.covers(asked))
                .isPresent();
    }

    @Override
    public void withdraw(User user, String clientId) {
        database.update("DELETE FROM approval" + KEY, user.organization(), user.id(), clientId);
    }

    private static Approval read(ResultSet row) throws SQLException {
        return new Approval(
                row.getString("organization"),
                row.getString("user_id"),
                row.getString("client_id"),
                row.getString("redirect_uri"),
                Scope.parse(row.getString("scope")),
                Resources.parse(row.getString("resource")),
                Database.instant(row, "expires_at"));
    }
}
