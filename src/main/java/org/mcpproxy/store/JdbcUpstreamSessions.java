package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.oauth.SealedBox;

/** Okta's tokens, sealed, with the lease that lets one node at a time refresh them. */
@Singleton
public class JdbcUpstreamSessions implements UpstreamSessions {

    private final Database database;
    private final Clock clock;

    @Inject
    public JdbcUpstreamSessions(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    @Override
    public void save(String grantId, byte[] sealedTokens) {
        database.inTransaction(handle -> handle.execute(
                                "UPDATE upstream_session SET sealed_tokens = ?, secret_id = ? WHERE grant_id = ?",
                                sealedTokens,
                                SealedBox.secretId(sealedTokens),
                                grantId)
                        > 0
                || handle.execute(
                                "INSERT INTO upstream_session (grant_id, sealed_tokens, secret_id) VALUES (?, ?, ?)",
                                grantId,
                                sealedTokens,
                                SealedBox.secretId(sealedTokens))
                        > 0);
    }

    @Override
    public boolean replace(String grantId, String holder, byte[] sealedTokens) {
        return database.update(
                        "UPDATE upstream_session SET sealed_tokens = ?, secret_id = ? WHERE grant_id = ? AND lease_holder = ?",
                        sealedTokens,
                        SealedBox.secretId(sealedTokens),
                        grantId,
                        holder)
                > 0;
    }

    @Override
    public Optional<byte[]> find(String grantId) {
        return database.with(
                handle -> handle.select("SELECT sealed_tokens FROM upstream_session WHERE grant_id = ?", grantId)
                        .mapTo(byte[].class)
                        .findOne());
    }

    @Override
    public void remove(String grantId) {
        database.update("DELETE FROM upstream_session WHERE grant_id = ?", grantId);
    }

    @Override
    public boolean lease(String grantId, String holder, Duration longest) {
        Instant now = clock.instant();
        return database.update("""
                        UPDATE upstream_session SET lease_holder = ?, leased_until = ?
                        WHERE grant_id = ? AND (leased_until IS NULL OR leased_until <= ?)
                        """, holder, now.plus(longest), grantId, now) > 0;
    }

    @Override
    public boolean isOverdue(String grantId) {
        return database.with(handle -> handle.select(
                        "SELECT 1 FROM upstream_session WHERE grant_id = ? AND leased_until <= ?",
                        grantId,
                        clock.instant())
                .mapTo(int.class)
                .findOne()
                .isPresent());
    }

    @Override
    public void release(String grantId, String holder) {
        database.update(
                "UPDATE upstream_session SET lease_holder = NULL, leased_until = NULL WHERE grant_id = ? AND lease_holder = ?",
                grantId,
                holder);
    }
}
