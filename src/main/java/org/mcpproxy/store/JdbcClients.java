package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.Clients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Registered clients. Of those that nobody has granted anything only so many are held, so whoever registers without end
 * drives out no client that is in use.
 */
@Singleton
public class JdbcClients implements Clients {

    private static final Duration UNUSED_KEPT = Duration.ofDays(7);

    /** By what it may register by default, one address alone does not fill the store with clients that are younger. */
    static final Duration MAKES_ROOM = Duration.ofHours(12);

    static final int BATCH = 1_000;
    private static final FirstRows MAKE_ROOM =
            new FirstRows("client", List.of("id"), "granted = FALSE AND registered_at < ?", "registered_at");
    private static final Duration NEXT_TRY = Duration.ofMinutes(1);

    private final Database database;
    private final Capacity capacity;
    private final Clock clock;

    @Inject
    public JdbcClients(Database database, Settings settings, Clock clock) {
        this.database = database;
        this.capacity = new Capacity(
                database,
                "SELECT COUNT(*) FROM client WHERE granted = FALSE",
                settings.registration().unusedClients(),
                clock);
        this.clock = clock;
    }

    @Override
    public void add(Client client) {
        // where nothing was left to be deleted, another may have made the room
        if (capacity.isFull() && makeRoom() == 0 && capacity.isFull()) {
            throw Rejection.until(Reason.SERVER_FULL, NEXT_TRY);
        }
        database.update(
                """
                INSERT INTO client (id, name, redirect_uris, authentication_method, secret_hash, grant_types, scope,
                    registered_at, granted, kept_until, registration_token_hash, binds_tokens)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, FALSE, ?, ?, ?)
                """,
                client.id(),
                client.name().orElse(null),
                TextArray.write(client.redirectUris()),
                client.authenticationMethod().getValue(),
                client.secretHash().orElse(null),
                grantTypes(client),
                client.scope().toString(),
                client.registeredAt(),
                clock.instant().plus(UNUSED_KEPT),
                client.registrationTokenHash().orElse(null),
                client.bindsTokens());
    }

    static String grantTypes(Client client) {
        return TextArray.write(
                client.grantTypes().stream().map(GrantType::getValue).sorted().toList());
    }

    private int makeRoom() {
        Instant before = clock.instant().minus(MAKES_ROOM);
        int gone = database.inTransaction(handle -> MAKE_ROOM.delete(handle, BATCH, before));
        if (gone > 0) {
            capacity.roomWasMade();
        }
        return gone;
    }

    @Override
    public Optional<Client> find(String clientId) {
        return database.with(handle -> handle.select("SELECT * FROM client WHERE id = ?", clientId)
                .map((row, context) -> read(row))
                .findOne());
    }

    private static Client read(ResultSet row) throws SQLException {
        return new Client(
                row.getString("id"),
                Optional.ofNullable(row.getString("name")),
                TextArray.read(row.getString("redirect_uris")),
                new ClientAuthenticationMethod(row.getString("authentication_method")),
                Optional.ofNullable(row.getString("secret_hash")),
                TextArray.read(row.getString("grant_types")).stream()
                        .map(GrantType::new)
                        .collect(Collectors.toUnmodifiableSet()),
                Scope.parse(row.getString("scope")),
                Database.instant(row, "registered_at"),
                Optional.ofNullable(row.getString("registration_token_hash")),
                Optional.empty(),
                row.getBoolean("binds_tokens"));
    }
}
