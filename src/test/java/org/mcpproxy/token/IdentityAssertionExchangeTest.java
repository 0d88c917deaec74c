package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent;
import org.mcpproxy.audit.AuditEvent.IdentityAssertionRedeemed;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.preregistered.ClientsOfFile;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.ScriptedOkta;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Granting;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.store.Store;
import org.mcpproxy.upstream.IdentityAssertion;
import org.mcpproxy.upstream.User;

/** A client brings Okta's word for a user, and gets what Okta, the administrator and the MCP server have in common. */
class IdentityAssertionExchangeTest {

    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String JIRA = Samples.ISSUER + "/jira/mcp";
    private static final String CRM = Samples.ISSUER + "/crm/mcp";
    private static final String KEY = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    private static final AuthenticationEvent SIGNED_ON =
            new AuthenticationEvent(Optional.of(Instant.ofEpochSecond(1_700_000_000)), Optional.of("phr"));
    private static final String FILE = """
            [{"client_id": "agent", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer", "authorization_code", "refresh_token"],
              "redirect_uris": ["https://agent.example/callback"],
              "scope": "mcp files.write openid email", "resources": ["/files/mcp", "/mcp", "/crm/mcp"]},
             {"client_id": "narrow", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["urn:ietf:params:oauth:grant-type:jwt-bearer"], "resources": ["/files/mcp"]},
             {"client_id": "service", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "resources": ["/files/mcp"]}]
            """;

    private final SettableClock clock = new SettableClock();
    private final Store store = Store.empty(clock);
    private final List<AuditEvent> audit = new ArrayList<>();
    private final List<String> users = new ArrayList<>();
    private final Settings settings;
    private final ClientsOfFile clients;
    private final AccessTokens accessTokens;
    private final IdentityAssertionExchange exchange;
    private IdentityAssertion brought;
    private String proven;

    IdentityAssertionExchangeTest(@TempDir Path folder) {
        Backend crm = new Backend("crm", URI.create("http://crm.internal/mcp"), new BackendCredential.Okta(), Set.of());
        settings = Samples.withCrossAppAccess(Samples.withClients(
                Samples.settings(
                        Backends.of(
                                Optional.of(Samples.backend(Backend.UNNAMED)),
                                List.of(Samples.backend("files"), Samples.backend("jira"), crm)),
                        folder,
                        "files.tools.write_*.scopes=files.write"),
                FILE));
        clients = new ClientsOfFile(settings, clock);
        accessTokens = new AccessTokens(settings, new FixedKeys(), Samples.profiles(), clock);
        UpstreamSession session =
                new UpstreamSession(store.upstream, new ScriptedOkta(clock), settings, Samples.RANDOM, clock);
        exchange = new IdentityAssertionExchange(
                (jwt, client) -> brought,
                clients,
                new AdministratorsTerms(settings),
                new Granting(
                        store.grants, store.asserted, store.codes, session, clients, settings, Samples.RANDOM, clock),
                new TokenMint(accessTokens, Samples.idTokens(), clients, settings, Samples.RANDOM, clock),
                audit::add);
        brings("one", FILES);
    }

    @Test
    void theClientGetsATokenForTheUserAndTheServerThatOktaNamed() {
        TokenAnswer answer = answer();

        AccessToken token = accessTokens.verify(answer.accessToken(), FILES);
        assertThat(token.subject()).isEqualTo("00ualice");
        assertThat(token.clientId()).isEqualTo("agent");
        assertThat(token.scope()).isEqualTo(new Scope("mcp", "files.write"));
        assertThat(token.profile()).contains(new Profile("alice@example.com", Set.of("engineering")));
        assertThat(token.authentication()).isEqualTo(SIGNED_ON);
        assertThat(token.isOfService()).isFalse();
        assertThat(token.isExchanged()).isFalse();
        assertThat(users).containsExactly("00ualice");
    }

    /** 4.4.3: Okta could not end what it allowed. */
    @Test
    void thereIsNeitherARefreshTokenNorAnIdToken() {
        assertThat(answer().toResponse(clock.instant()))
                .containsOnlyKeys("access_token", "token_type", "expires_in", "scope", "resource")
                .containsEntry("resource", FILES)
                .containsEntry("token_type", "Bearer")
                .containsEntry("expires_in", 600L);
    }

    /** So that whoever ends what a user granted ends this too. */
    @Test
    void theGrantIsTheUsersAndDoesNotEndBeforeItsToken() {
        TokenAnswer answer = answer();

        Grant grant = store.grants.find(answer.grantId()).orElseThrow();
        assertThat(grant.user()).isEqualTo(alice());
        assertThat(grant.clientId()).isEqualTo("agent");
        assertThat(grant.resources()).isEqualTo(Resources.of(FILES));
        assertThat(grant.expiresAt())
                .isBetween(
                        answer.expiresAt().plusSeconds(10), answer.expiresAt().plusSeconds(60));
    }

    @Test
    void theAuditNamesWhoForWhomWhereAndByWhichAssertion() {
        TokenAnswer answer = answer();

        assertThat(audit)
                .containsExactly(new IdentityAssertionRedeemed(
                        Samples.TRAIL, "00ualice", "agent", FILES, "one", answer.grantId()));
    }

    /** The attack: an assertion that was read on its way, by its own client again or by who has its secret. */
    @Test
    void anAssertionIsGoodOnce() {
        answer();

        assertRefused(Reason.ID_JAG_REPLAYED, this::answer);
        assertThat(audit).hasSize(1);
        brings("two", FILES);
        assertThat(answer()).isNotNull();
    }

    /** A refusal for what can be mended uses nothing up. */
    @Test
    void whatIsRefusedForAnotherReasonIsStillGood() {
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("scope", "other"));
        assertRefused(Reason.RESOURCE_MISMATCH, () -> answer("resource", JIRA));

        assertThat(answer()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"service", "inspector"})
    void onlyAClientThatTheFileLetsMay(String id) {
        Client client = clients.find(id).map(known -> known.client()).orElseGet(() -> Samples.client(id));

        assertRefused(
                Reason.GRANT_TYPE_UNREGISTERED,
                () -> exchange.exchange(new TokenRequest(
                        client, Optional.empty(), Samples.parameters("assertion", "jwt"), Samples.TRAIL, users::add)));
        assertThat(users).isEmpty();
    }

    @Test
    void withoutAnAssertionThereIsNothing() {
        assertRefused(Reason.ID_JAG_MISSING, () -> exchange("agent", Samples.parameters("scope", "mcp")));
    }

    @Test
    void scopesAreThoseThatAllHaveInCommon() {
        brings("one", FILES, "mcp files.write files.delete offline_access openid email");
        assertThat(answer().scope()).as("of its own the server gives none").isEqualTo(new Scope("mcp", "files.write"));
        brings("two", FILES, "mcp files.write");
        assertThat(exchange("narrow", Samples.parameters("assertion", "jwt")).scope())
                .as("which was given no more")
                .isEqualTo(new Scope("mcp"));
        brings("four", FILES, "mcp files.write");
        assertThat(answer("scope", "mcp").scope()).isEqualTo(new Scope("mcp"));
    }

    @Test
    void moreThanThatIsRefused() {
        brings("one", FILES, "mcp");
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("scope", "mcp files.write"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("scope", "mcp offline_access"));
        brings("two", FILES, "other");
        assertRefused(Reason.SCOPE_UNKNOWN, this::answer);
        brings("three", FILES, "");
        assertRefused(Reason.SCOPE_UNKNOWN, this::answer);
        brings("four", FILES, "files.write");
        assertRefused(Reason.SCOPE_UNKNOWN, this::answer);
    }

    /** Where Okta does not say what for, nobody has allowed anything that goes beyond the use of the server. */
    @Test
    void withoutAScopeItIsTheBaseline() {
        brings("one", List.of(FILES), Optional.empty(), Optional.empty());

        assertThat(answer().scope()).isEqualTo(new Scope("mcp"));
    }

    @Test
    void theResourceIsOursAndTheClients() {
        brings("one", "https://other.example/mcp");
        assertRefused(Reason.RESOURCE_UNKNOWN, this::answer);
        brings("two", JIRA);
        assertRefused(Reason.RESOURCE_NOT_FOR_CLIENT, this::answer);
        brings("three", "not a URI");
        assertRefused(Reason.RESOURCE_UNKNOWN, this::answer);
        brings("four", "HTTPS://Proxy.example:443/files/mcp/");
        assertThat(audience(answer())).isEqualTo(FILES);
    }

    /** The attack: to widen what Okta named by the request's own parameter. */
    @Test
    void theRequestMayChooseAmongWhatOktaNamedAlone() {
        brings("one", List.of(FILES, Samples.RESOURCE), Optional.of(new Scope("mcp")), Optional.empty());

        assertRefused(Reason.RESOURCE_AMBIGUOUS, this::answer);
        assertRefused(Reason.RESOURCE_MISMATCH, () -> answer("resource", CRM));
        assertThat(audience(answer("resource", Samples.RESOURCE + "/"))).isEqualTo(Samples.RESOURCE);
    }

    /** There is no session at Okta whose tokens could be sent. */
    @Test
    void aServerThatIsCalledWithTheUsersTokenOfOktaNeedsASignOn() {
        brings("one", CRM);

        assertRefused(Reason.RESOURCE_NEEDS_SESSION, this::answer);
    }

    /** The attack: a bound assertion by who has not the key (8.6.1.2). */
    @Test
    void aBoundAssertionNeedsItsKeyAndItsTokenIsBoundToIt() {
        brings("one", List.of(FILES), Optional.empty(), Optional.of(KEY));
        assertRefused(Reason.ID_JAG_NEEDS_KEY, this::answer);
        proven = "another key";
        assertRefused(Reason.PROOF_OF_OTHER_KEY, this::answer);

        proven = KEY;
        TokenAnswer answer = answer();
        assertThat(accessTokens.verify(answer.accessToken()).keyThumbprint()).contains(KEY);
        assertThat(answer.toResponse(clock.instant())).containsEntry("token_type", "DPoP");
    }

    @Test
    void anAssertionThatIsNotBoundIsGivenABoundTokenWhereTheClientProvesAKey() {
        proven = KEY;

        assertThat(accessTokens.verify(answer().accessToken()).keyThumbprint()).contains(KEY);
    }

    /** At an issuer whose users choose their ids, one could call himself as a service is called. RFC 7523 3.1 says the answer. */
    @Test
    void nobodyIsLetInWhoseIdIsThatOfAClient() {
        User service = new User("https://acme.okta.com", "service", null, null, Set.of());
        brought = new IdentityAssertion(
                service,
                List.of(FILES),
                Optional.empty(),
                Optional.empty(),
                AuthenticationEvent.UNKNOWN,
                "one",
                clock.instant().plusSeconds(300));

        assertRefused(Reason.ID_JAG_SUBJECT_IS_CLIENT, this::answer);
        assertThat(Reason.ID_JAG_SUBJECT_IS_CLIENT.error().getCode()).isEqualTo("invalid_grant");
        assertThat(Reason.ID_JAG_SUBJECT_IS_CLIENT.status()).isEqualTo(400);
    }

    /** It must not be tried again with what may have opened a grant. */
    @Test
    void whereTheStoreIsAwayNothingIsGiven() {
        Store lost = Store.lost(clock);
        Granting away =
                new Granting(lost.grants, lost.asserted, lost.codes, null, clients, settings, Samples.RANDOM, clock);

        assertRefused(Reason.STORE_UNAVAILABLE, () -> away.open(brought, "agent", new Scope("mcp"), FILES));
    }

    private static User alice() {
        return new User("https://acme.okta.com", "00ualice", null, "alice@example.com", Set.of("engineering"));
    }

    private void brings(String hash, String resource) {
        brings(hash, resource, "mcp files.write");
    }

    private void brings(String hash, String resource, String scope) {
        brings(hash, List.of(resource), Optional.of(Scope.parse(scope)), Optional.empty());
    }

    private void brings(String hash, List<String> resources, Optional<Scope> scope, Optional<String> key) {
        brought = new IdentityAssertion(
                alice(), resources, scope, key, SIGNED_ON, hash, clock.instant().plusSeconds(300));
    }

    private TokenAnswer answer(String... namesAndValues) {
        return exchange("agent", Samples.with(Samples.parameters(namesAndValues), "assertion", "jwt"));
    }

    private TokenAnswer answer() {
        return answer(new String[0]);
    }

    private TokenAnswer exchange(String client, Parameters parameters) {
        return exchange.exchange(new TokenRequest(
                clients.find(client).orElseThrow().client(),
                Optional.ofNullable(proven),
                parameters,
                Samples.TRAIL,
                users::add));
    }

    private String audience(TokenAnswer answer) {
        return accessTokens.verify(answer.accessToken()).audience();
    }
}
