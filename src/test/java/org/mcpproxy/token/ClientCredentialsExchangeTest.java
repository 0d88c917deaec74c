package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.preregistered.ClientsOfFile;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

class ClientCredentialsExchangeTest {

    private static final String DEFAULT = Samples.ISSUER + "/mcp";
    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String JIRA = Samples.ISSUER + "/jira/mcp";
    private static final String FILE = """
            [{"client_id": "reports", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "scope": "mcp files.write",
              "resources": ["/files/mcp", "/calendar/mcp"], "groups": ["reporting"]},
             {"client_id": "one", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "resources": ["/files/mcp"]},
             {"client_id": "all", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "scope": "mcp offline_access openid", "resources": ["/mcp", "/files/mcp"]},
             {"client_id": "writes", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "scope": "files.write", "resources": ["/mcp", "/files/mcp"]},
             {"client_id": "app", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["authorization_code"], "redirect_uris": ["https://app.example/callback"]}]
            """;

    private final SettableClock clock = new SettableClock();
    private final Settings settings;
    private final ClientsOfFile clients;
    private final AccessTokens accessTokens;
    private final ClientCredentialsExchange exchange;
    private String proven;

    ClientCredentialsExchangeTest(@TempDir Path folder) {
        Backend calendar = new Backend(
                "calendar", URI.create("http://calendar.internal/mcp"), new BackendCredential.Okta(), Set.of());
        settings = Samples.withClients(
                Samples.settings(
                        Backends.of(
                                Optional.of(Samples.backend(Backend.UNNAMED)),
                                List.of(Samples.backend("files"), Samples.backend("jira"), calendar)),
                        folder,
                        "files.tools.write_*.scopes=files.write"),
                FILE);
        clients = new ClientsOfFile(settings, clock);
        accessTokens = new AccessTokens(settings, new FixedKeys(), Samples.profiles(), clock);
        exchange = new ClientCredentialsExchange(
                clients,
                new TokenMint(accessTokens, Samples.idTokens(), clients, settings, Samples.RANDOM, clock),
                new AdministratorsTerms(settings));
    }

    @Test
    void aServiceGetsATokenOfWhichItIsTheSubject() {
        TokenAnswer answer = answer("reports", parameters("resource", FILES + "/"));

        AccessToken token = accessTokens.verify(answer.accessToken(), FILES);
        assertThat(token.subject()).isEqualTo("reports");
        assertThat(token.clientId()).isEqualTo("reports");
        assertThat(token.isOfService()).isTrue();
        assertThat(token.scope()).isEqualTo(new Scope("mcp", "files.write"));
        assertThat(token.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofMinutes(10)));
        assertThat(token.profile()).isEmpty();
        assertThat(answer.user()).isNull();
        assertThat(answer.toResponse(clock.instant()))
                .containsOnlyKeys("access_token", "token_type", "expires_in", "scope");
    }

    /** Each can be revoked without the others. */
    @Test
    void eachTokenHasAGrantOfItsOwn() {
        assertThat(answer("one", parameters()).grantId())
                .isNotEqualTo(answer("one", parameters()).grantId());
    }

    @Test
    void withoutAResourceItIsTheOnlyOneOrTheDefault() {
        assertThat(audience("one", parameters())).isEqualTo(FILES);
        assertThat(audience("all", parameters())).isEqualTo(DEFAULT);
        assertRefused(Reason.RESOURCE_NOT_FOR_CLIENT, () -> answer("reports", parameters()));
    }

    @ParameterizedTest
    @ValueSource(strings = {JIRA, DEFAULT})
    void aResourceThatIsNotItsOwnIsRefused(String resource) {
        assertRefused(Reason.RESOURCE_NOT_FOR_CLIENT, () -> answer("reports", parameters("resource", resource)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://other.example/mcp",
                FILES + "#a",
                FILES + "/../jira/mcp",
                "files",
                "https://proxy.example"
            })
    void aResourceThatIsNotOursIsRefused(String resource) {
        assertRefused(Reason.RESOURCE_UNKNOWN, () -> answer("reports", parameters("resource", resource)));
    }

    /** A token is for one MCP server. */
    @Test
    void severalResourcesAreRefused() {
        assertRefused(
                Reason.RESOURCE_AMBIGUOUS,
                () -> answer("all", new Parameters(Map.of("resource", List.of(DEFAULT, FILES)))));
        assertThat(audience("all", new Parameters(Map.of("resource", List.of(FILES, FILES + "/")))))
                .isEqualTo(FILES);
    }

    @Test
    void aServerThatIsCalledWithAUsersTokenOfOktaHasNoneForAService() {
        assertRefused(
                Reason.RESOURCE_NEEDS_USER,
                () -> answer("reports", parameters("resource", Samples.ISSUER + "/calendar/mcp")));
    }

    @Test
    void aScopeIsOneThatTheClientHasAndTheServerKnows() {
        assertThat(answer("reports", parameters("resource", FILES, "scope", "mcp"))
                        .scope())
                .isEqualTo(new Scope("mcp"));
        assertThat(answer("all", parameters("resource", FILES)).scope()).isEqualTo(new Scope("mcp"));
        assertThat(answer("writes", parameters("resource", FILES)).scope()).isEqualTo(new Scope("files.write"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("writes", parameters("resource", DEFAULT)));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("writes", parameters("resource", FILES, "scope", "mcp")));
        assertRefused(
                Reason.SCOPE_UNKNOWN, () -> answer("all", parameters("resource", FILES, "scope", "mcp files.write")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "mcp admin", "openid", "MCP", "mcp offline_access", "\u00a0"})
    void aScopeThatNobodyGaveItIsRefused(String scope) {
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("all", parameters("resource", FILES, "scope", scope)));
    }

    /** Whatever stands in the store of those who registered themselves. */
    @Test
    void whoIsNotRegisteredForItByAnAdministratorIsRefused() {
        assertRefused(Reason.GRANT_TYPE_UNREGISTERED, () -> answer("app", parameters("resource", FILES)));
        Client registered = Samples.client("registered");
        Client claiming = new Client(
                registered.id(),
                registered.name(),
                registered.redirectUris(),
                registered.authenticationMethod(),
                registered.secretHash(),
                Set.of(GrantType.CLIENT_CREDENTIALS),
                registered.scope(),
                registered.registeredAt());
        assertRefused(
                Reason.GRANT_TYPE_UNREGISTERED,
                () -> exchange.exchange(new TokenRequest(
                        claiming, Optional.empty(), parameters("resource", FILES), Samples.TRAIL, user -> {})));
    }

    /** RFC 9449 5. */
    @Test
    void aTokenIsBoundToTheKeyThatTheClientHasProved() {
        proven = "key";
        TokenAnswer answer = answer("reports", parameters("resource", FILES));

        assertThat(accessTokens.verify(answer.accessToken()).keyThumbprint()).contains("key");
        assertThat(answer.toResponse(clock.instant())).containsEntry("token_type", "DPoP");
    }

    private String audience(String client, Parameters parameters) {
        return accessTokens.verify(answer(client, parameters).accessToken()).audience();
    }

    private TokenAnswer answer(String client, Parameters parameters) {
        return exchange.exchange(new TokenRequest(
                clients.find(client).orElseThrow().client(),
                Optional.ofNullable(proven),
                parameters,
                Samples.TRAIL,
                user -> {}));
    }
}
