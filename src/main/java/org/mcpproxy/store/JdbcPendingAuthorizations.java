package org.mcpproxy.store;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.mcpproxy.authorization.AskedIdentity;
import org.mcpproxy.authorization.ClientRequest;
import org.mcpproxy.authorization.PendingAuthorization;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.authorization.PendingAuthorization.Upstream;
import org.mcpproxy.authorization.PendingAuthorizations;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;

/** Sign-ons under way, by the hash of their handle. What is kept to recognise Okta's answer is sealed. */
@Singleton
public class JdbcPendingAuthorizations implements PendingAuthorizations {

    private static final int MOST = 50_000;
    private static final String SEPARATOR = " ";

    private final Database database;
    private final SealedBox box;
    private final Capacity capacity;
    private final Clock clock;

    @Inject
    public JdbcPendingAuthorizations(Database database, Settings settings, RandomGenerator random, Clock clock) {
        this(database, settings, random, clock, MOST);
    }

    JdbcPendingAuthorizations(Database database, Settings settings, RandomGenerator random, Clock clock, int most) {
        this.database = database;
        this.box = settings.secretKeys().box("pending-authorization", random);
        this.capacity = new Capacity(database, "SELECT COUNT(*) FROM pending_authorization", most, clock);
        this.clock = clock;
    }

    @Override
    public void requireRoom() {
        capacity.require();
    }

    @Override
    public void save(PendingAuthorization pending) {
        ClientRequest request = pending.request();
        database.update(
                """
                INSERT INTO pending_authorization (handle_hash, id, browser_hash, client_id, redirect_uri, state,
                    code_challenge, scope, resource, demands, nonce, expected_user, key_thumbprint, device_code_hash, step,
                    approved, sealed_upstream, grant_id, expires_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                pending.handleHash(),
                pending.id(),
                pending.browserHash(),
                request.clientId(),
                request.redirectUri(),
                request.state().orElse(null),
                request.codeChallenge(),
                request.scope().toString(),
                request.resources().toString(),
                DemandsText.write(request.demands()),
                request.identity().nonce().orElse(null),
                request.identity().user().orElse(null),
                request.keyThumbprint().orElse(null),
                request.deviceCodeHash().orElse(null),
                pending.step().name(),
                pending.approved(),
                pending.upstream().map(kept -> seal(kept, pending.handleHash())).orElse(null),
                pending.grantId().orElse(null),
                pending.expiresAt());
    }

    @Override
    public Optional<PendingAuthorization> find(String handleHash) {
        return database.with(handle -> find(handle, handleHash));
    }

    @Override
    public Optional<PendingAuthorization> take(String handleHash) {
        return database.inTransaction(handle -> find(handle, handleHash)
                .filter(pending ->
                        handle.execute("DELETE FROM pending_authorization WHERE handle_hash = ?", handleHash) > 0));
    }

    private Optional<PendingAuthorization> find(Handle handle, String handleHash) {
        return handle.select(
                        "SELECT * FROM pending_authorization WHERE handle_hash = ? AND expires_at > ?",
                        handleHash,
                        clock.instant())
                .map((row, context) -> read(row))
                .findOne();
    }

    private PendingAuthorization read(ResultSet row) throws SQLException {
        ClientRequest request = new ClientRequest(
                row.getString("client_id"),
                row.getString("redirect_uri"),
                Optional.ofNullable(row.getString("state")),
                row.getString("code_challenge"),
                Scope.parse(row.getString("scope")),
                Resources.parse(row.getString("resource")),
                DemandsText.read(row.getString("demands")),
                new AskedIdentity(
                        Optional.ofNullable(row.getString("nonce")),
                        Optional.ofNullable(row.getString("expected_user"))),
                Optional.ofNullable(row.getString("key_thumbprint")),
                Optional.ofNullable(row.getString("device_code_hash")));
        String handleHash = row.getString("handle_hash");
        return new PendingAuthorization(
                row.getString("id"),
                handleHash,
                row.getString("browser_hash"),
                request,
                Step.valueOf(row.getString("step")),
                row.getBoolean("approved"),
                Optional.ofNullable(row.getBytes("sealed_upstream")).flatMap(kept -> open(kept, handleHash)),
                Optional.ofNullable(row.getString("grant_id")),
                Database.instant(row, "expires_at"));
    }

    private byte[] seal(Upstream kept, String handleHash) {
        String since = kept.authenticatedSince()
                .map(time -> SEPARATOR + time.getEpochSecond())
                .orElse("");
        return box.seal(kept.codeVerifier().value() + SEPARATOR + kept.nonce().value() + since, handleHash);
    }

    private Optional<Upstream> open(byte[] sealed, String handleHash) {
        return box.open(sealed, handleHash)
                .map(text -> text.split(SEPARATOR))
                .map(parts -> new Upstream(
                        new Secret(parts[0]),
                        new Secret(parts[1]),
                        Arrays.stream(parts)
                                .skip(2)
                                .findFirst()
                                .map(Long::parseLong)
                                .map(Instant::ofEpochSecond)));
    }
}
