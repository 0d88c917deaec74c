package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.upstream.User;

/** Grants. A grant that ends leaves a line in the revocation log, which every node reads. */
@Singleton
public class JdbcGrants implements Grants {

    /** For how long a client is kept that nobody has granted anything any more. */
    private static final Duration CLIENT_KEPT = Duration.ofDays(90);

    private static final Duration CLIENT_KEPT_AT_LEAST = Duration.ofDays(80);

    /** Of ended grants: of those that a client has for itself it can end as many as it likes. */
    private static final int MOST_ENDED = 500_000;

    private final Database database;
    private final Capacity ended;
    private final RevocationLog revocations;
    private final Clock clock;

    @Inject
    public JdbcGrants(Database database, RevocationLog revocations, Clock clock) {
        this(database, revocations, clock, MOST_ENDED);
    }

    JdbcGrants(Database database, RevocationLog revocations, Clock clock, int mostEnded) {
        this.database = database;
        this.ended = new Capacity(database, "SELECT COUNT(*) FROM revocation", mostEnded, clock);
        this.revocations = revocations;
        this.clock = clock;
    }

    @Override
    public void open(Grant grant) {
        database.inTransaction(handle -> {
            open(handle, grant);
            return null;
        });
    }

    void open(Handle handle, Grant grant) {
        keepClient(handle, grant.clientId());
        handle.execute(
                """
                INSERT INTO access_grant (id, client_id, organization, user_id, user_name, user_email, user_groups,
                    scope, resource, opened_at, expires_at, authenticated_at, acr)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                grant.id(),
                grant.clientId(),
                grant.user().organization(),
                grant.user().id(),
                grant.user().name(),
                grant.user().email(),
                TextArray.write(grant.user().groups()),
                grant.scope().toString(),
                grant.resources().toString(),
                grant.openedAt(),
                grant.expiresAt(),
                grant.authentication().time().orElse(null),
                grant.authentication().contextClass().orElse(null));
    }

    /**
     * First of all, so that a client whose time is over is not deleted meanwhile. Not with every grant: many people may have
     * one client, and would wait for each other at its row.
     */
    private void keepClient(Handle handle, String clientId) {
        Instant now = clock.instant();
        handle.execute(
                "UPDATE client SET granted = TRUE, kept_until = ? WHERE id = ? AND (kept_until < ? OR NOT granted)",
                now.plus(CLIENT_KEPT),
                clientId,
                now.plus(CLIENT_KEPT_AT_LEAST));
    }

    @Override
    public Optional<Grant> find(String grantId) {
        return find("SELECT * FROM access_grant WHERE id = ? AND expires_at > ?", grantId);
    }

    @Override
    public Optional<Grant> findByFamily(String familyHash) {
        return find("SELECT * FROM access_grant WHERE family_hash = ? AND expires_at > ?", familyHash);
    }

    private Optional<Grant> find(String sql, String key) {
        return database.with(handle -> handle.select(sql, key, clock.instant())
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public boolean end(String grantId) {
        Instant now = clock.instant();
        boolean first = database.inTransaction(handle -> {
            int ended = handle.execute("DELETE FROM access_grant WHERE id = ? AND expires_at > ?", grantId, now);
            if (ended > 0) {
                Rows.cleanUp(handle, List.of(grantId), now);
            }
            return ended > 0;
        });
        if (first) {
            revocations.note(grantId);
        }
        return first;
    }

    @Override
    public boolean endOfService(String grantId) {
        ended.require();
        boolean first = database.inTransaction(handle -> handle.execute("""
                        INSERT INTO revocation (grant_id)
                        SELECT ? WHERE NOT EXISTS (SELECT 1 FROM revocation WHERE grant_id = ?)
                        """, grantId, grantId) > 0);
        revocations.note(grantId);
        return first;
    }

    private static Grant read(ResultSet row) throws SQLException {
        User user = new User(
                row.getString("organization"),
                row.getString("user_id"),
                row.getString("user_name"),
                row.getString("user_email"),
                Set.copyOf(TextArray.read(row.getString("user_groups"))));
        return new Grant(
                row.getString("id"),
                row.getString("client_id"),
                user,
                Scope.parse(row.getString("scope")),
                Resources.parse(row.getString("resource")),
                Database.instant(row, "opened_at"),
                Database.instant(row, "expires_at"),
                new AuthenticationEvent(
                        Optional.ofNullable(Database.instant(row, "authenticated_at")),
                        Optional.ofNullable(row.getString("acr"))));
    }
}
