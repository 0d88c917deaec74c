package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.client.Client;
import org.mcpproxy.grant.EndedGrant;
import org.mcpproxy.grant.Registrations;

/**
 * Registrations, as their clients change them. The client's row comes first, and the conditional statement for it decides;
 * then its grants, as wherever one ends.
 */
@Singleton
public class JdbcRegistrations implements Registrations {

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
            List<EndedGrant> ended = endsGrants ? endGrants(handle, client.id()) : List.of();
            forget(handle, client.id());
            return ended;
        });
    }

    @Override
    public Optional<List<EndedGrant>> remove(String clientId, String tokenHash) {
        return changed(handle -> handle.execute("DELETE FROM client" + MINE, clientId, tokenHash), handle -> {
            List<EndedGrant> ended = endGrants(handle, clientId);
            forget(handle, clientId);
            return ended;
        });
    }

    /** Every node reads of the grants; this one need not wait for that. */
    private Optional<List<EndedGrant>> changed(
            Function<Handle, Integer> client, Function<Handle, List<EndedGrant>> whatHangsOnIt) {
        Optional<List<EndedGrant>> ended = database.inTransaction(
                handle -> client.apply(handle) > 0 ? Optional.of(whatHangsOnIt.apply(handle)) : Optional.empty());
        ended.ifPresent(grants -> grants.forEach(grant -> revocations.note(grant.id())));
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

    private List<EndedGrant> endGrants(Handle handle, String clientId) {
        List<EndedGrant> grants = handle.select(
                        "SELECT id, user_id FROM access_grant WHERE client_id = ? ORDER BY id FOR UPDATE", clientId)
                .map((row, context) -> new EndedGrant(row.getString("id"), row.getString("user_id")))
                .list();
        List<String> ids = grants.stream().map(EndedGrant::id).toList();
        Rows.each(handle, "DELETE FROM access_grant WHERE id = ?", ids);
        Rows.cleanUp(handle, ids, clock.instant());
        return grants;
    }
}
