package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.grant.RefreshTokens;

/** Refresh tokens, by hash. Those that were used go after the grace. */
@Singleton
public class JdbcRefreshTokens implements RefreshTokens {

    private final Database database;
    private final Clock clock;

    @Inject
    public JdbcRefreshTokens(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public Optional<RefreshToken> find(String hash) {
        return database.with(handle -> handle.select(
                        "SELECT * FROM refresh_token WHERE hash = ? AND expires_at > ?", hash, clock.instant())
                .map((row, context) -> read(row))
                .findOne());
    }

    @Override
    public boolean rotate(String hash, Rotation rotation, RefreshToken successor) {
        Instant now = clock.instant();
        return database.inTransaction(handle -> {
            Rows.putOff(handle, successor.grantId(), successor.expiresAt(), now);
            int rotated = handle.execute("""
                    UPDATE refresh_token SET rotated_at = ?, sealed_answer = ?
                    WHERE hash = ? AND rotated_at IS NULL AND expires_at > ?
                    """, rotation.at(), rotation.sealedAnswer(), hash, now);
            if (rotated == 0) {
                handle.rollback();
                return false;
            }
            Rows.insert(handle, successor);
            return true;
        });
    }

    private static RefreshToken read(ResultSet row) throws SQLException {
        Instant rotatedAt = Database.instant(row, "rotated_at");
        byte[] sealedAnswer = row.getBytes("sealed_answer");
        return new RefreshToken(
                row.getString("hash"),
                row.getString("family_hash"),
                row.getString("grant_id"),
                row.getString("client_id"),
                Optional.ofNullable(row.getString("key_thumbprint")),
                Database.instant(row, "expires_at"),
                Optional.ofNullable(rotatedAt).map(at -> new Rotation(at, sealedAnswer)));
    }
}
