package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.grant.RefreshToken;

/** Authorization codes, by hash. */
@Singleton
public class JdbcAuthorizationCodes implements AuthorizationCodes {

    /** For how long after its end a used code is kept. */
    static final Duration REPLAY_KNOWN = Duration.ofHours(1);

    private final Database database;
    private final Clock clock;

    @Inject
    public JdbcAuthorizationCodes(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public void issue(AuthorizationCode code) {
        database.update(
                """
                INSERT INTO authorization_code (hash, grant_id, client_id, redirect_uri, code_challenge, nonce,
                    key_thumbprint, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
                code.hash(),
                code.grantId(),
                code.clientId(),
                code.redirectUri(),
                code.codeChallenge(),
                code.nonce().orElse(null),
                code.keyThumbprint().orElse(null),
                code.expiresAt());
    }

    @Override
    public Optional<AuthorizationCode> find(String hash) {
        Instant now = clock.instant();
        return database.with(handle -> handle.createQuery("""
                        SELECT * FROM authorization_code
                        WHERE hash = :hash AND (expires_at > :now OR (consumed_at IS NOT NULL AND expires_at > :replayed))
                        """)
                .bind("hash", hash)
                .bind("now", now)
                .bind("replayed", now.minus(REPLAY_KNOWN))
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public boolean redeem(AuthorizationCode code, Optional<RefreshToken> first, Instant grantExpiresAt) {
        Instant now = clock.instant();
        return database.inTransaction(handle -> Rows.redeem(
                handle,
                code.grantId(),
                grantExpiresAt,
                first,
                now,
                () -> handle.execute(
                        "UPDATE authorization_code SET consumed_at = ? WHERE hash = ? AND consumed_at IS NULL AND expires_at > ?",
                        now,
                        code.hash(),
                        now)));
    }

    private static AuthorizationCode read(ResultSet row) throws SQLException {
        return new AuthorizationCode(
                row.getString("hash"),
                row.getString("grant_id"),
                row.getString("client_id"),
                row.getString("redirect_uri"),
                row.getString("code_challenge"),
                Optional.ofNullable(row.getString("nonce")),
                Optional.ofNullable(row.getString("key_thumbprint")),
                Database.instant(row, "expires_at"),
                row.getObject("consumed_at") != null);
    }
}
