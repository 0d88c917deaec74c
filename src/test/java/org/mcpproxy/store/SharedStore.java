package org.mcpproxy.store;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.ScriptedOkta;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.SealedBox;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.upstream.UpstreamTokens;

/** The store of nodes that run, read and written as they do: with their own classes and their secret. */
public final class SharedStore {

    private static final Duration OKTA_TOKENS_LIVE = Duration.ofHours(1);
    private static final Duration UNUSED = Duration.ofDays(30);

    private static final String COPY_CLIENT = """
            INSERT INTO client (id, name, redirect_uris, authentication_method, secret_hash, grant_types, scope,
                registered_at, granted, kept_until)
            SELECT ?, name, redirect_uris, authentication_method, secret_hash, grant_types, scope,
                registered_at, granted, kept_until
            FROM client WHERE id = ?
            """;
    private static final String COPY_GRANT = """
            INSERT INTO access_grant (id, family_hash, client_id, organization, user_id, user_name, user_email,
                user_groups, scope, resource, opened_at, expires_at)
            SELECT ?, ?, ?, organization, user_id, user_name, user_email,
                user_groups, scope, resource, opened_at, expires_at
            FROM access_grant WHERE id = ?
            """;
    private static final String COPY_SESSION = """
            INSERT INTO upstream_session (grant_id, sealed_tokens, secret_id)
            SELECT ?, ?, secret_id FROM upstream_session WHERE grant_id = ?
            """;
    private static final String COPY_REFRESH_TOKEN = """
            INSERT INTO refresh_token (hash, family_hash, grant_id, client_id, expires_at)
            SELECT ?, ?, ?, ?, expires_at FROM refresh_token WHERE grant_id = ?
            """;

    private final Clock clock = Clock.systemUTC();
    private final Store store;
    private final UpstreamSession sessions;
    private final SealedBox box;

    public SharedStore(DataSource source, SecretKeyMaterial secret) {
        Settings settings = Samples.settings(KeyRing.of(secret));
        this.store = new Store(source, settings, clock);
        this.box = settings.secretKeys().box(UpstreamSession.PURPOSE, Samples.RANDOM);
        this.sessions = new UpstreamSession(store.upstream, new ScriptedOkta(clock), settings, Samples.RANDOM, clock);
    }

    /** The one number that a query asks for. */
    public long count(String sql, Object... values) {
        return store.database.with(
                handle -> handle.select(sql, values).mapTo(Long.class).one());
    }

    /** Whose code this is. */
    public String grantOfCode(String code) {
        return text("SELECT grant_id FROM authorization_code WHERE hash = ?", new Secret(code).hash());
    }

    /** Whose refresh token this is. */
    public String grantOf(String refreshToken) {
        return text("SELECT grant_id FROM refresh_token WHERE hash = ?", new Secret(refreshToken).hash());
    }

    private String text(String sql, String key) {
        return store.database.with(
                handle -> handle.select(sql, key).mapTo(String.class).one());
    }

    /** Whether the grant has ended, and every node is told so. */
    public boolean isRevoked(String grantId) {
        return store.grants.find(grantId).isEmpty()
                && count("SELECT COUNT(*) FROM revocation WHERE grant_id = ?", grantId) == 1;
    }

    /** The next refresh has to ask Okta. */
    public void endOktasTokensSoon(String grantId) {
        UpstreamTokens tokens = sessions.fresh(grantId);
        sessions.keep(
                grantId,
                new UpstreamTokens(
                        tokens.accessToken(),
                        tokens.refreshToken(),
                        tokens.idToken(),
                        clock.instant(),
                        tokens.possessionKey()));
    }

    /** As many clients with a live grant each: all copies of one that was made as nodes do, with values of their own. */
    public List<Granted> grants(int number, String resource) {
        Granted sample = grant(resource);
        String grantId = grantOf(sample.refreshToken());
        String tokens =
                box.open(store.upstream.find(grantId).orElseThrow(), grantId).orElseThrow();
        return store.database.inTransaction(handle -> {
            PreparedBatch clients = handle.prepareBatch(COPY_CLIENT);
            PreparedBatch grants = handle.prepareBatch(COPY_GRANT);
            PreparedBatch sessions = handle.prepareBatch(COPY_SESSION);
            PreparedBatch refreshTokens = handle.prepareBatch(COPY_REFRESH_TOKEN);
            List<Granted> copies = new ArrayList<>();
            for (int i = 0; i < number; i++) {
                String client = random();
                String grant = random();
                RefreshTokenValue token = RefreshTokenValue.first(Samples.RANDOM);
                clients.add(client, sample.clientId());
                grants.add(grant, token.family().hash(), client, grantId);
                sessions.add(grant, box.seal(tokens, grant), grantId);
                refreshTokens.add(token.whole().hash(), token.family().hash(), grant, client, grantId);
                copies.add(new Granted(client, token.whole().value()));
            }
            Stream.of(clients, grants, sessions, refreshTokens).forEach(PreparedBatch::execute);
            return copies;
        });
    }

    private Granted grant(String resource) {
        String client = random();
        store.clients.add(Samples.client(client));
        Instant end = clock.instant().plus(UNUSED);
        Grant grant = new Grant(
                random(), client, Samples.ALICE, Scopes.offered(), Resources.of(resource), clock.instant(), end);
        store.grants.open(grant);
        sessions.keep(grant.id(), oktaTokens());
        String code = random();
        store.codes.issue(new AuthorizationCode(
                code,
                grant.id(),
                client,
                Samples.REDIRECT_URI,
                "challenge",
                Optional.empty(),
                Optional.empty(),
                end,
                false));
        RefreshTokenValue token = RefreshTokenValue.first(Samples.RANDOM);
        store.codes.redeem(
                store.codes.find(code).orElseThrow(),
                Optional.of(new RefreshToken(
                        token.whole().hash(),
                        token.family().hash(),
                        grant.id(),
                        client,
                        Optional.empty(),
                        end,
                        Optional.empty())),
                end);
        return new Granted(client, token.whole().value());
    }

    private UpstreamTokens oktaTokens() {
        return new UpstreamTokens(
                new Secret(random()),
                Optional.of(new Secret(random())),
                Optional.of(new Secret(random())),
                clock.instant().plus(OKTA_TOKENS_LIVE),
                Optional.empty());
    }

    private static String random() {
        return Secret.random(Samples.RANDOM).value();
    }

    /** A client that was granted something, with the refresh token of its grant. */
    public record Granted(String clientId, String refreshToken) {}
}
