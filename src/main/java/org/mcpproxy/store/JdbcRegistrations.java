package org.mcpproxy.store;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
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

    /** For how long a request ends what has expired; the rest of many is left to housekeeping. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private static final int PART = 100;

    private static final String MINE = " WHERE id = ? AND registration_token_hash = ?";

    private final Database database;
    private final ClientGrants grants;
    private final Clock clock;

    @Inject
    public JdbcRegistrations(Database database, RevocationLog revocations, Clock clock) {
        this(database, new ClientGrants(database, revocations, clock), clock);
    }

    JdbcRegistrations(Database database, ClientGrants grants, Clock clock) {
        this.database = database;
        this.grants = grants;
        this.clock = clock;
    }

    @Override
    public boolean rotate(String clientId, String tokenHash, String nextTokenHash) {
        return database.update(
                        "UPDATE client SET registration_token_hash = ?" + MINE, nextTokenHash, clientId, tokenHash)
                > 0;
    }

    @Override
    public boolean replace(Client client, String tokenHash) {
        return database.inTransaction(handle -> {
            boolean newest = update(handle, client, tokenHash);
            if (newest) {
                forget(handle, client.id());
            }
            return newest;
        });
    }

    @Override
    public boolean replaceWithGrants(Client client, String tokenHash, Consumer<List<EndedGrant>> ended) {
        return endGrants(client.id(), Cause.CLIENT_UPDATED, ended, handle -> update(handle, client, tokenHash));
    }

    @Override
    public boolean remove(String clientId, String tokenHash, Consumer<List<EndedGrant>> ended) {
        return endGrants(
                clientId,
                Cause.CLIENT_DELETED,
                ended,
                handle -> handle.execute("DELETE FROM client" + MINE, clientId, tokenHash) > 0);
    }

    private boolean endGrants(
            String clientId, Cause cause, Consumer<List<EndedGrant>> ended, Predicate<Handle> change) {
        Optional<List<EndedGrant>> first = database.inTransaction(
                handle -> change.test(handle) ? Optional.of(begin(handle, clientId, cause)) : Optional.empty());
        List<String> expired = new ArrayList<>();
        first.ifPresent(part -> grants.goOn(clientId, part, each -> {
            ended.accept(each);
            each.forEach(grant -> expired.add(grant.id()));
        }));
        endAll(expired);
        return first.isPresent();
    }

    private List<EndedGrant> begin(Handle handle, String clientId, Cause cause) {
        List<EndedGrant> part = grants.begin(handle, clientId, cause);
        forget(handle, clientId);
        return part;
    }

    /** In parts. What is not done in time, or because the database or this node goes away, housekeeping does: they have expired. */
    private void endAll(List<String> ids) {
        long end = System.nanoTime() + LONGEST.toNanos();
        try {
            for (int from = 0; from < ids.size() && System.nanoTime() - end < 0; from += PART) {
                List<String> part = ids.subList(from, Math.min(from + PART, ids.size()));
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

    private static boolean update(Handle handle, Client client, String tokenHash) {
        return handle.execute(
                        """
                UPDATE client SET name = ?, redirect_uris = ?, authentication_method = ?, secret_hash = ?, grant_types = ?,
                    scope = ?, registration_token_hash = ?, binds_tokens = ?
                """ + MINE,
                        client.name().orElse(null),
                        TextArray.write(client.redirectUris()),
                        client.authenticationMethod().getValue(),
                        client.secretHash().orElse(null),
                        JdbcClients.grantTypes(client),
                        client.scope().toString(),
                        client.registrationTokenHash().orElse(null),
                        client.bindsTokens(),
                        client.id(),
                        tokenHash)
                > 0;
    }

    /** A code that was redeemed stays, so that a replay is known. After the grants, as whoever redeems takes locks in this order. */
    private static void forget(Handle handle, String clientId) {
        handle.execute("DELETE FROM pushed_request WHERE client_id = ?", clientId);
        handle.execute("DELETE FROM device_authorization WHERE client_id = ? AND decision <> 'REDEEMED'", clientId);
        handle.execute("DELETE FROM pending_authorization WHERE client_id = ?", clientId);
        handle.execute("DELETE FROM authorization_code WHERE client_id = ? AND consumed_at IS NULL", clientId);
        handle.execute("DELETE FROM approval WHERE client_id = ?", clientId);
    }
}
