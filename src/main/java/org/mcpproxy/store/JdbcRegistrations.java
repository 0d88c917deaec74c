package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.client.Client;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.Registrations;
import org.mcpproxy.oauth.Rejection;

/**
 * Registrations, as their clients change them. The client's row comes first, and the conditional statement for it decides;
 * then its grants, which expire with it and are ended at once.
 */
@Singleton
public class JdbcRegistrations implements Registrations {

    private static final Logger LOG = System.getLogger(JdbcRegistrations.class.getName());

    private static final Instant EXPIRED = Instant.EPOCH;

    private static final String MINE = " WHERE id = ? AND registration_token_hash = ?";

    private final Database database;
    private final RevocationLog revocations;
    private final Clock clock;

    @Inject
    public JdbcRegistrations(Database database, RevocationLog revocations, Clock clock) {
        this.database = database;
        this.revocations = revocations;
        this.clock = clock;
    }

    @Override
    public boolean rotate(String clientId, String tokenHash, String nextTokenHash) {
        return database.update(
                        "UPDATE client SET registration_token_hash = ?" + MINE, nextTokenHash, clientId, tokenHash)
                > 0;
    }

    @Override
    public Optional<List<EndedGrant>> replace(Client client, String tokenHash, boolean endsGrants) {
        return changed(handle -> update(handle, client, tokenHash), handle -> {
            List<EndedGrant> expired = endsGrants ? expireGrants(handle, client.id()) : List.of();
            forget(handle, client.id());
            return expired;
        });
    }

    @Override
    public Optional<List<EndedGrant>> remove(String clientId, String tokenHash) {
        return changed(handle -> handle.execute("DELETE FROM client" + MINE, clientId, tokenHash), handle -> {
            List<EndedGrant> expired = expireGrants(handle, clientId);
            forget(handle, clientId);
            return expired;
        });
    }

    private Optional<List<EndedGrant>> changed(
            Function<Handle, Integer> client, Function<Handle, List<EndedGrant>> whatHangsOnIt) {
        Optional<List<EndedGrant>> expired = database.inTransaction(
                handle -> client.apply(handle) > 0 ? Optional.of(whatHangsOnIt.apply(handle)) : Optional.empty());
        expired.ifPresent(this::endAll);
        return expired;
    }

    /** In parts. What is not done, because the database or this node goes away, housekeeping does: they have expired. */
    private void endAll(List<EndedGrant> expired) {
        List<String> ids = expired.stream().map(EndedGrant::id).toList();
        ids.forEach(revocations::note);
        try {
            for (int from = 0; from < ids.size(); from += ExpiredGrants.BATCH) {
                List<String> part = ids.subList(from, Math.min(from + ExpiredGrants.BATCH, ids.size()));
                database.inTransaction(handle -> end(handle, part));
            }
        } catch (Rejection unavailable) {
            LOG.log(Level.WARNING, "Grants of a client are left for housekeeping to end: {0}", unavailable.reason());
        }
    }

    private List<String> end(Handle handle, List<String> ids) {
        List<String> ended = Rows.deleted(handle, "DELETE FROM access_grant WHERE id = ?", ids);
        Rows.cleanUp(handle, ended, clock.instant());
        return ended;
    }

    private static int update(Handle handle, Client client, String tokenHash) {
        return handle.execute(
                """
                UPDATE client SET name = ?, redirect_uris = ?, authentication_method = ?, secret_hash = ?, grant_types = ?,
                    scope = ?, registration_token_hash = ?
                """ + MINE,
                client.name().orElse(null),
                TextArray.write(client.redirectUris()),
                client.authenticationMethod().getValue(),
                client.secretHash().orElse(null),
                JdbcClients.grantTypes(client),
                client.scope().toString(),
                client.registrationTokenHash().orElse(null),
                client.id(),
                tokenHash);
    }

    /** A code that was redeemed stays, so that a replay is known. */
    private static void forget(Handle handle, String clientId) {
        handle.execute("DELETE FROM pushed_request WHERE client_id = ?", clientId);
        handle.execute("DELETE FROM device_authorization WHERE client_id = ? AND decision <> 'REDEEMED'", clientId);
        handle.execute("DELETE FROM pending_authorization WHERE client_id = ?", clientId);
        handle.execute("DELETE FROM authorization_code WHERE client_id = ? AND consumed_at IS NULL", clientId);
        handle.execute("DELETE FROM approval WHERE client_id = ?", clientId);
    }

    /**
     * From the end of the transaction on they are of no use: every node reads that they are revoked, and they have expired
     * even for whoever read the clock before. Few statements, as nodes would miss what a transaction says that takes longer
     * than they read back.
     */
    private List<EndedGrant> expireGrants(Handle handle, String clientId) {
        handle.execute(
                "UPDATE access_grant SET expires_at = ? WHERE client_id = ? AND expires_at > ?",
                EXPIRED,
                clientId,
                clock.instant());
        handle.execute("""
                INSERT INTO revocation (grant_id)
                SELECT id FROM access_grant WHERE client_id = ? AND expires_at = ?
                    AND NOT EXISTS (SELECT 1 FROM revocation WHERE grant_id = access_grant.id)
                """, clientId, EXPIRED);
        return handle.select(
                        "SELECT id, user_id FROM access_grant WHERE client_id = ? AND expires_at = ? ORDER BY id",
                        clientId,
                        EXPIRED)
                .map((row, context) -> new EndedGrant(row.getString("id"), row.getString("user_id")))
                .list();
    }
}
