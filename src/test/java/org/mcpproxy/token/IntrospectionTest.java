package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.client.preregistered.ClientsOfFile;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.Identity;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.signing.OpenIdToken;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.signing.SigningKeys;
import org.mcpproxy.store.Store;

class IntrospectionTest {

    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String FILES_BACKEND = "http://files.internal/mcp";
    private static final String CLIENTS = """
            [{"client_id": "files-server", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": [], "introspects": ["/files/mcp"]},
             {"client_id": "jira-server", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": [], "introspects": ["/jira/mcp", "/same/mcp"]},
             {"client_id": "reports", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "resources": ["/files/mcp"]},
             {"client_id": "agent", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"], "resources": ["/files/mcp"]}]
            """;

    private final SettableClock clock = new SettableClock();
    private final SigningKeys keys = new FixedKeys();
    private final Set<String> ended = new HashSet<>();
    private final Settings settings = settings(Samples.settings(Backends.of(
            Optional.empty(),
            List.of(
                    backend("files", FILES_BACKEND, new BackendCredential.Identity()),
                    backend("jira", "http://jira.internal/mcp", new BackendCredential.Identity()),
                    // the same server, which is told of nobody by this path
                    backend("same", FILES_BACKEND, new BackendCredential.None())))));
    private final ClientsOfFile clients = new ClientsOfFile(settings, clock);
    private final Introspection introspection = introspection(keys, grant -> !ended.contains(grant), clients);

    @Test
    void anAccessTokenConcernsTheServerItIsForUntilItEnds() {
        Secret token = accessToken(settings, "00ualice", "client");

        Introspected active = asked("files-server", token).orElseThrow();
        assertThat(active.user()).isEqualTo("00ualice");
        assertThat(active.toResponse(Samples.ISSUER))
                .containsEntry("active", true)
                .containsEntry("iss", Samples.ISSUER)
                .containsEntry("sub", "00ualice")
                .containsEntry("client_id", "client")
                .containsEntry("aud", FILES)
                .containsEntry("scope", "mcp")
                .containsEntry("token_type", "Bearer")
                .containsEntry(
                        "exp", clock.instant().plus(Duration.ofMinutes(10)).getEpochSecond())
                .hasSize(8);
        assertThat(asked("jira-server", token)).isEmpty();
        assertThat(asked("reports", token)).isEmpty();

        clock.advance(Duration.ofMinutes(10));
        assertThat(asked("files-server", token)).isEmpty();
    }

    @Test
    void whatIsRevokedIsNotActive() {
        Secret token = accessToken(settings, "00ualice", "client");
        Secret identity = identity(settings, "00ualice", Optional.of("grant"));
        ended.add("grant");

        assertThat(asked("files-server", token)).isEmpty();
        assertThat(asked("files-server", identity)).isEmpty();
    }

    @Test
    void aServicesTokenIsActiveAsLongAsTheFileLetsItHaveIt() {
        Secret token = accessToken(settings, "reports", "reports");

        assertThat(asked("files-server", token).orElseThrow().user()).isNull();
        Introspection later =
                introspection(keys, grant -> true, id -> clients.find(id).filter(known -> id.equals("files-server")));
        assertThat(later.of(token, client("files-server"))).isEmpty();
    }

    /** RFC 9449 6.2. */
    @Test
    void aBoundTokenSaysToWhichKey() {
        Secret token = new AccessTokens(settings, keys, Samples.profiles(), clock)
                .mint(new AccessToken(
                                "00ualice",
                                "client",
                                FILES,
                                new Scope("mcp"),
                                "grant",
                                "id",
                                clock.instant().plus(Duration.ofMinutes(10)),
                                Optional.empty())
                        .boundTo(Optional.of("key")));

        assertThat(asked("files-server", token).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("token_type", "DPoP")
                .containsEntry("cnf", Map.of("jkt", "key"));
        assertThat(asked("files-server", accessToken(settings, "00ualice", "client"))
                        .orElseThrow()
                        .toResponse(Samples.ISSUER))
                .containsEntry("token_type", "Bearer")
                .doesNotContainKey("cnf");
    }

    /** RFC 8693 4.1. */
    @Test
    void anExchangedTokenSaysWhoActsAndIsActiveAsLongAsTheFileLetsItBe() {
        Secret token = new AccessTokens(settings, keys, Samples.profiles(), clock)
                .mint(new AccessToken(
                                "00ualice",
                                "agent",
                                FILES,
                                new Scope("mcp"),
                                "grant",
                                "id",
                                clock.instant().plus(Duration.ofMinutes(10)),
                                Optional.empty())
                        .actedWithBy(List.of("agent", "another")));

        assertThat(asked("files-server", token).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("act", Map.of("sub", "agent", "act", Map.of("sub", "another")));
        Introspection later =
                introspection(keys, grant -> true, id -> clients.find(id).filter(known -> !id.equals("agent")));
        assertThat(later.of(token, client("files-server"))).isEmpty();
    }

    /** RFC 9470 6.2. */
    @Test
    void aTokenSaysHowItsUserSignedOn() {
        Secret token = new AccessTokens(settings, keys, Samples.profiles(), clock)
                .mint(new AccessToken(
                                "00ualice",
                                "client",
                                FILES,
                                new Scope("mcp"),
                                "grant",
                                "id",
                                clock.instant().plus(Duration.ofMinutes(10)),
                                Optional.empty())
                        .signedOn(new AuthenticationEvent(
                                Optional.of(Instant.ofEpochSecond(1_700_000_000)), Optional.of("phr"))));

        assertThat(asked("files-server", token).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("auth_time", 1_700_000_000L)
                .containsEntry("acr", "phr");
        assertThat(asked("files-server", accessToken(settings, "00ualice", "client"))
                        .orElseThrow()
                        .toResponse(Samples.ISSUER))
                .doesNotContainKeys("auth_time", "acr");
    }

    @Test
    void anIdentityConcernsTheServerThatWasToldAndNoOther() {
        Secret identity = identity(settings, "00ualice", Optional.of("grant"));

        assertThat(asked("files-server", identity).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("sub", "00ualice")
                .containsEntry("aud", FILES_BACKEND)
                .doesNotContainKeys("scope", "token_type");
        assertThat(asked("jira-server", identity)).isEmpty();
        assertThat(asked("reports", identity)).isEmpty();

        clock.advance(IdentityTokens.LIFETIME);
        assertThat(asked("files-server", identity)).isEmpty();
    }

    /** It is for its client to read, and no authority for anything. */
    @Test
    void anIdTokenIsNotActiveForAnybody() {
        for (String audience : List.of("files-server", FILES, FILES_BACKEND)) {
            Secret idToken = Samples.idTokens()
                    .mint(new OpenIdToken(
                            "00ualice",
                            audience,
                            Optional.empty(),
                            AuthenticationEvent.UNKNOWN,
                            new Secret("an access token"),
                            clock.instant().plusSeconds(600)));

            assertThat(asked("files-server", idToken)).isEmpty();
        }
    }

    /** Of whoever came with a token of Okta. */
    @Test
    void anIdentityWithoutAGrantIsActiveWhileItLasts() {
        assertThat(asked("files-server", identity(settings, "0oaservice", Optional.empty())))
                .isPresent();
    }

    @Test
    void whatAnotherIssuerSignedIsNotActive() {
        Settings other = Samples.settings("https://other.example");

        assertThat(asked("files-server", accessToken(other, "00ualice", "client")))
                .isEmpty();
        assertThat(asked("files-server", identity(other, "00ualice", Optional.of("grant"))))
                .isEmpty();
    }

    @Test
    void whatWasAlteredIsNotActive() {
        String token = accessToken(settings, "00ualice", "client").value();
        String identity = identity(settings, "00ualice", Optional.of("grant")).value();

        for (String whole : List.of(token, identity)) {
            String unsigned = whole.substring(0, whole.lastIndexOf('.') + 1);
            assertThat(asked("files-server", new Secret(unsigned))).isEmpty();
            assertThat(asked("files-server", new Secret(unsigned + "AAAA"))).isEmpty();
        }
    }

    @Test
    void whatCannotBeToldJustNowIsNotSaidToBeInactive() {
        Secret token = accessToken(settings, "00ualice", "client");
        Secret identity = identity(settings, "00ualice", Optional.of("grant"));
        Introspection deaf = introspection(
                keys,
                grant -> {
                    throw Rejection.of(Reason.STORE_UNAVAILABLE);
                },
                clients);
        Introspection keyless = introspection(new NoKeys(), grant -> true, clients);

        for (Introspection away : List.of(deaf, keyless)) {
            assertRefused(Reason.STORE_UNAVAILABLE, () -> away.of(token, client("files-server")));
            assertRefused(Reason.STORE_UNAVAILABLE, () -> away.of(identity, client("files-server")));
        }
    }

    /** As the relay serves them then. */
    @Test
    void whatIsSignedIsJudgedWithoutTheDatabase() {
        Introspection away = introspection(keys, grant -> true, clients, Store.lost(clock));

        assertThat(away.of(accessToken(settings, "00ualice", "client"), client("files-server")))
                .isPresent();
        assertThat(away.of(identity(settings, "00ualice", Optional.of("grant")), client("files-server")))
                .isPresent();
    }

    @Test
    void whoActedForItselfAndNoLongerMayIsNobody() {
        Secret identity = new IdentityTokens(settings, keys, Samples.RANDOM, clock)
                .mint(new Identity("reports", "reports", Profile.UNKNOWN, Optional.of("grant")), FILES_BACKEND);
        assertThat(asked("files-server", identity)).isPresent();

        PreregisteredClient reports = client("reports");
        PreregisteredClient elsewhere =
                new PreregisteredClient(reports.client(), Set.of(Samples.ISSUER + "/jira/mcp"), Set.of(), Set.of());
        PreregisteredClient ofPeople =
                new PreregisteredClient(Samples.client("reports"), reports.resources(), Set.of(), Set.of());
        for (Optional<PreregisteredClient> now :
                List.of(Optional.<PreregisteredClient>empty(), Optional.of(elsewhere), Optional.of(ofPeople))) {
            Introspection later = introspection(keys, grant -> true, id -> now);
            assertThat(later.of(identity, client("files-server"))).isEmpty();
        }
    }

    /** The attack: to find out with a refresh token that was come by whether it is still good, or whose it is. */
    @Test
    void aRefreshTokenConcernsItsClientAloneUntilItIsUsedOrItsGrantEnds() {
        TokenEndpoint endpoint = new TokenEndpoint();
        Client owner = Samples.client("reports");
        Grant grant = endpoint.grant("reports");
        Secret first = endpoint.redeem(owner, TokenEndpoint.codeRequest(endpoint.code(grant)))
                .refreshToken()
                .orElseThrow();
        Introspection there = introspection(keys, id -> true, clients, endpoint.store);

        assertThat(there.of(first, client("reports")).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("sub", Samples.ALICE.id())
                .containsEntry("client_id", "reports")
                .doesNotContainKey("token_type");
        assertThat(there.of(first, client("files-server"))).isEmpty();

        assertThat(there.of(first, client("reports")).orElseThrow().toResponse(Samples.ISSUER))
                .containsEntry("aud", Samples.RESOURCE);

        Secret second = endpoint.refresh(owner, first).refreshToken().orElseThrow();
        assertThat(there.of(first, client("reports"))).isEmpty();
        assertThat(there.of(second, client("reports"))).isPresent();

        endpoint.ending.end(grant.id(), Cause.REVOKED_BY_CLIENT, Samples.TRAIL);
        assertThat(there.of(second, client("reports"))).isEmpty();
    }

    /** RFC 7662 2.2. */
    @Test
    void aRefreshTokenIsForAllThatWasGranted() {
        TokenEndpoint endpoint = new TokenEndpoint();
        Client owner = Samples.client("reports");
        String files = Samples.ISSUER + "/files/mcp";
        Grant grant = endpoint.grant("reports", Scopes.offered(), Resources.of(Samples.RESOURCE, files));
        Secret token = endpoint.redeem(
                        owner,
                        Samples.with(TokenEndpoint.codeRequest(endpoint.code(grant)), "resource", Samples.RESOURCE))
                .refreshToken()
                .orElseThrow();

        assertThat(introspection(keys, id -> true, clients, endpoint.store)
                        .of(token, client("reports"))
                        .orElseThrow()
                        .toResponse(Samples.ISSUER))
                .containsEntry("aud", List.of(Samples.RESOURCE, files));
    }

    private Optional<Introspected> asked(String client, Secret token) {
        return introspection.of(token, client(client));
    }

    private PreregisteredClient client(String id) {
        return clients.find(id).orElseThrow();
    }

    private Introspection introspection(SigningKeys known, LiveGrants live, PreregisteredClients registered) {
        return introspection(known, live, registered, Store.empty(clock));
    }

    private Introspection introspection(
            SigningKeys known, LiveGrants live, PreregisteredClients registered, Store store) {
        return new Introspection(
                new AccessTokens(settings, known, Samples.profiles(), clock),
                new IdentityTokens(settings, known, Samples.RANDOM, clock),
                store.refreshTokens,
                store.grants,
                live,
                registered,
                settings);
    }

    private Secret accessToken(Settings issuer, String subject, String client) {
        return new AccessTokens(issuer, keys, Samples.profiles(), clock)
                .mint(new AccessToken(
                        subject,
                        client,
                        FILES,
                        new Scope("mcp"),
                        "grant",
                        "id",
                        clock.instant().plus(Duration.ofMinutes(10)),
                        Optional.empty()));
    }

    private Secret identity(Settings issuer, String subject, Optional<String> grant) {
        return new IdentityTokens(issuer, keys, Samples.RANDOM, clock)
                .mint(new Identity(subject, "client", Profile.UNKNOWN, grant), FILES_BACKEND);
    }

    private static Settings settings(Settings other) {
        return Samples.withClients(other, CLIENTS);
    }

    private static Backend backend(String name, String url, BackendCredential credential) {
        return new Backend(name, URI.create(url), credential, Set.of());
    }

    /** Of a node that could not read them yet. */
    private static final class NoKeys implements SigningKeys {

        @Override
        public RSAKey current() {
            throw Rejection.of(Reason.STORE_UNAVAILABLE);
        }

        @Override
        public Optional<RSAKey> find(String keyId) {
            throw Rejection.of(Reason.STORE_UNAVAILABLE);
        }

        @Override
        public JWKSet published() {
            return new JWKSet();
        }
    }
}
