package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;

import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.ParseException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.preregistered.ClientsOfFile;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.ScriptedOkta;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.grant.UpstreamSessions;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.Identity;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.signing.OpenIdToken;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.store.Store;

class SubjectTokenExchangeTest {

    private static final String DEFAULT = Samples.ISSUER + "/mcp";
    private static final String FILES = Samples.ISSUER + "/files/mcp";
    private static final String JIRA = Samples.ISSUER + "/jira/mcp";
    private static final String CRM = Samples.ISSUER + "/crm/mcp";
    private static final String ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token";
    private static final String EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String FILE = """
            [{"client_id": "agent", "client_secret": "a-secret-that-nobody-will-ever-guess", "scope": "mcp files.write openid email",
              "grant_types": ["%1$s"], "resources": ["/files/mcp", "/mcp", "/crm/mcp"], "introspects": ["/jira/mcp"]},
             {"client_id": "next", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["%1$s"], "resources": ["/files/mcp"], "introspects": ["/files/mcp"]},
             {"client_id": "service", "client_secret": "a-secret-that-nobody-will-ever-guess",
              "grant_types": ["client_credentials"], "resources": ["/files/mcp"], "introspects": ["/jira/mcp"]}]
            """.formatted(EXCHANGE);

    private final SettableClock clock = new SettableClock();
    private final Set<String> ended = new HashSet<>();
    private final UpstreamSessions sessions = Store.empty(clock).upstream;
    private final Settings settings;
    private static final AuthenticationEvent SIGNED_ON =
            new AuthenticationEvent(Optional.of(Instant.ofEpochSecond(1_700_000_000)), Optional.of("phr"));

    private final ClientsOfFile clients;
    private final AccessTokens accessTokens;
    private final SubjectTokenExchange exchange;
    private String proven;

    SubjectTokenExchangeTest(@TempDir Path folder) {
        settings = Samples.withClients(
                Samples.settings(
                        Backends.of(
                                Optional.of(Samples.backend(Backend.UNNAMED)),
                                List.of(
                                        Samples.backend("files"),
                                        Samples.backend("jira"),
                                        new Backend(
                                                "crm",
                                                URI.create("http://crm.internal/mcp"),
                                                new BackendCredential.Okta(),
                                                Set.of()))),
                        folder,
                        "files.tools.write_*.scopes=files.write"),
                FILE);
        clients = new ClientsOfFile(settings, clock);
        sessions.save("grant", "of a secret: sealed tokens".getBytes(StandardCharsets.UTF_8));
        accessTokens = new AccessTokens(settings, new FixedKeys(), Samples.profiles(), clock);
        exchange = new SubjectTokenExchange(
                accessTokens,
                grant -> !ended.contains(grant),
                clients,
                new AdministratorsTerms(settings),
                new UpstreamSession(sessions, new ScriptedOkta(clock), settings, Samples.RANDOM, clock),
                new TokenMint(accessTokens, Samples.idTokens(), clients, settings, Samples.RANDOM, clock));
    }

    @Test
    void aServerActsForTheUserThatCalledIt() throws ParseException {
        TokenAnswer answer = answer("agent", subject("inspector", JIRA, "mcp files.write"), "resource", FILES + "/");

        AccessToken token = accessTokens.verify(answer.accessToken(), FILES);
        assertThat(token.subject()).isEqualTo("00ualice");
        assertThat(token.clientId()).isEqualTo("agent");
        assertThat(token.grantId()).isEqualTo("grant");
        assertThat(token.scope()).isEqualTo(new Scope("mcp", "files.write"));
        assertThat(token.profile()).contains(new Profile("alice@example.com", Set.of("engineering")));
        assertThat(token.isOfService()).isFalse();
        assertThat(token.authentication()).isEqualTo(SIGNED_ON);
        assertThat(answer.user()).isEqualTo("00ualice");
        assertThat(answer.toResponse(clock.instant()))
                .containsOnlyKeys("access_token", "token_type", "expires_in", "scope", "issued_token_type")
                .containsEntry("issued_token_type", ACCESS_TOKEN)
                .containsEntry("token_type", "Bearer");
        assertThat(SignedJWT.parse(answer.accessToken().value())
                        .getJWTClaimsSet()
                        .getClaim("act"))
                .isEqualTo(Map.of("sub", "agent"));
    }

    /** RFC 9449 5: the new token has nothing to do with the key of the old one. */
    @Test
    void aTokenIsBoundToTheKeyThatTheClientHasProved() {
        proven = "key";
        TokenAnswer answer = answer("agent", subject("inspector", JIRA, "mcp"), "resource", FILES);

        assertThat(accessTokens.verify(answer.accessToken(), FILES).keyThumbprint())
                .contains("key");
        assertThat(answer.toResponse(clock.instant())).containsEntry("token_type", "DPoP");
    }

    @Test
    void aClientExchangesATokenThatItWasGivenItself() {
        assertThat(audience(answer("agent", subject("agent", FILES, "mcp"), "resource", DEFAULT)))
                .isEqualTo(DEFAULT);
    }

    /** The attack: a token that was come by. */
    @Test
    void anothersTokenForAnotherServerIsRefused() {
        Secret stolen = subject("inspector", DEFAULT, "mcp");

        assertRefused(Reason.SUBJECT_TOKEN_NOT_FOR_CLIENT, () -> answer("agent", stolen, "resource", FILES));
        assertRefused(
                Reason.SUBJECT_TOKEN_NOT_FOR_CLIENT,
                () -> answer("next", subject("inspector", JIRA, "mcp"), "resource", FILES));
    }

    @Test
    void onlyAClientThatTheFileLetsMayExchange() {
        assertRefused(
                Reason.GRANT_TYPE_UNREGISTERED,
                () -> answer("service", subject("inspector", JIRA, "mcp"), "resource", FILES));
        assertRefused(
                Reason.GRANT_TYPE_UNREGISTERED,
                () -> exchange.exchange(new TokenRequest(
                        Samples.client("inspector"),
                        Optional.empty(),
                        request(subject("inspector", JIRA, "mcp")),
                        Samples.TRAIL,
                        user -> {})));
    }

    @Test
    void theTargetIsOneThatTheFileNames() {
        Secret subject = subject("inspector", JIRA, "mcp");

        assertRefused(Reason.RESOURCE_NOT_FOR_CLIENT, () -> answer("agent", subject, "resource", JIRA));
        assertRefused(Reason.RESOURCE_UNKNOWN, () -> answer("agent", subject, "resource", "https://evil.example"));
        assertRefused(
                Reason.RESOURCE_AMBIGUOUS, () -> answer("agent", subject, "resource", FILES, "audience", DEFAULT));
        Map<String, List<String>> several = new HashMap<>(request(subject).values());
        several.put("audience", List.of(FILES, DEFAULT));
        assertRefused(Reason.RESOURCE_AMBIGUOUS, () -> answer("agent", new Parameters(several)));
        assertThat(audience(answer("agent", subject, "audience", FILES))).isEqualTo(FILES);
        assertThat(audience(answer("agent", subject))).isEqualTo(DEFAULT);
    }

    /** Where none is named it is meant; another one that is named is not. */
    @Test
    void aClientOfOneServerActsNowhereElse() {
        Secret subject = subject("inspector", FILES, "mcp");

        assertThat(audience(answer("next", subject))).isEqualTo(FILES);
        assertRefused(Reason.RESOURCE_NOT_FOR_CLIENT, () -> answer("next", subject, "resource", DEFAULT));
        assertRefused(Reason.RESOURCE_UNKNOWN, () -> answer("next", subject, "audience", "https://evil.example"));
    }

    @Test
    void scopesAreThoseOfTheSubjectThatTheClientHasAndTheServerKnows() {
        Secret narrow = subject("inspector", JIRA, "mcp");
        Secret wide = subject("inspector", JIRA, "mcp offline_access openid email files.write other");

        assertThat(answer("agent", narrow, "resource", FILES).scope()).isEqualTo(new Scope("mcp"));
        assertThat(answer("agent", wide, "resource", FILES).scope()).isEqualTo(new Scope("mcp", "files.write"));
        assertThat(answer("agent", wide, "resource", DEFAULT).scope()).isEqualTo(new Scope("mcp"));
        assertThat(answer("agent", wide, "resource", FILES, "scope", "files.write")
                        .scope())
                .isEqualTo(new Scope("files.write"));
        assertRefused(
                Reason.SCOPE_UNKNOWN, () -> answer("agent", narrow, "resource", FILES, "scope", "mcp files.write"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("agent", wide, "resource", FILES, "scope", "offline_access"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("agent", wide, "resource", FILES, "scope", "openid"));
        assertRefused(
                Reason.SCOPE_UNKNOWN,
                () -> answer("agent", subject("inspector", JIRA, "files.write"), "resource", DEFAULT));
        Secret anothers = subject("inspector", FILES, "mcp files.write");
        assertThat(answer("next", anothers).scope())
                .as("which has it not, whatever the user allowed another")
                .isEqualTo(new Scope("mcp"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> answer("next", anothers, "scope", "files.write"));
    }

    /** The attack: to go on for ever by exchanging what was exchanged. */
    @Test
    void itLivesNoLongerThanItsSubject() {
        Secret subject = subject("inspector", JIRA, "mcp");
        clock.advance(Duration.ofMinutes(7));

        TokenAnswer answer = answer("agent", subject, "resource", FILES);

        assertThat(answer.expiresAt()).isEqualTo(clock.instant().plus(Duration.ofMinutes(3)));
        clock.advance(Duration.ofMinutes(3));
        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", subject, "resource", FILES));
    }

    /** Of before tokens were told to live shorter. */
    @Test
    void itLivesNoLongerThanAnyTokenHoweverLongItsSubject() {
        Secret subject = subject("inspector", JIRA, "mcp", Duration.ofHours(5));

        assertThat(answer("agent", subject, "resource", FILES).expiresAt())
                .isEqualTo(clock.instant().plus(settings.lifetimes().accessToken()));
    }

    @Test
    void whoActsOneForTheOtherIsSaid() throws ParseException {
        Secret first = answer("agent", subject("inspector", JIRA, "mcp"), "resource", FILES)
                .accessToken();

        Secret second = answer("next", first, "resource", FILES).accessToken();

        assertThat(accessTokens.verify(second).actors()).containsExactly("next", "agent");
        assertThat(SignedJWT.parse(second.value()).getJWTClaimsSet().getClaim("act"))
                .isEqualTo(Map.of("sub", "next", "act", Map.of("sub", "agent")));
    }

    @Test
    void noMoreThanFourActOneForTheOther() {
        Secret token = subject("inspector", FILES, "mcp");
        for (int i = 0; i < 4; i++) {
            token = answer("next", token, "resource", FILES).accessToken();
        }
        Secret fourth = token;

        assertRefused(Reason.ACTORS_TOO_MANY, () -> answer("next", fourth, "resource", FILES));
    }

    @Test
    void aTokenWhoseGrantHasEndedIsRefused() {
        Secret subject = subject("inspector", JIRA, "mcp");
        ended.add("grant");

        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", subject, "resource", FILES));
    }

    /** The attack: to go on with a token that the file no longer lets its client have. */
    @Test
    void aTokenThatMayNoMoreBeHadIsNotExchanged() {
        Secret exchanged = accessTokens.mint(new AccessToken(
                        "00ualice",
                        "service",
                        FILES,
                        new Scope("mcp"),
                        "grant",
                        "id",
                        clock.instant().plus(Duration.ofMinutes(10)),
                        Optional.empty())
                .actedWithBy(List.of("service")));

        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("next", exchanged, "resource", FILES));
    }

    /** One by Okta's word alone has none. */
    @Test
    void aServerThatIsCalledWithTheUsersTokenOfOktaNeedsASessionBehindTheGrant() {
        Secret subject = subject("inspector", JIRA, "mcp");
        assertThat(audience(answer("agent", subject, "resource", CRM))).isEqualTo(CRM);

        assertRefused(
                Reason.RESOURCE_NEEDS_SESSION, () -> answer("agent", byOktasWord("inspector", JIRA), "resource", CRM));
    }

    /** The attack: Okta let a client use one MCP server, and was not asked about another. */
    @Test
    void oktasWordForOneServerIsExchangedForNoOther() {
        Secret subject = byOktasWord("agent", FILES);

        assertRefused(Reason.RESOURCE_NEEDS_SESSION, () -> answer("agent", subject, "resource", DEFAULT));
        assertThat(audience(answer("agent", subject, "resource", FILES))).isEqualTo(FILES);
    }

    /** The attack: to have one's own token without the key that it is bound to, or by who took it. */
    @Test
    void aClientExchangesItsOwnBoundTokenWithItsKeyAlone() {
        Secret own = accessTokens.mint(
                issued("agent", FILES, "mcp", "grant", Duration.ofMinutes(10)).boundTo(Optional.of("key")));
        Secret anothers = accessTokens.mint(issued("inspector", JIRA, "mcp", "grant", Duration.ofMinutes(10))
                .boundTo(Optional.of("key")));

        assertRefused(Reason.PROOF_MISSING, () -> answer("agent", own, "resource", DEFAULT));
        assertThat(answer("agent", anothers, "resource", DEFAULT).keyThumbprint())
                .isEmpty();
        proven = "another key";
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> answer("agent", own, "resource", DEFAULT));
        proven = "key";
        assertThat(answer("agent", own, "resource", DEFAULT).keyThumbprint()).contains("key");
    }

    /** It asks for a token of its own. */
    @Test
    void aServicesTokenIsNoUsers() {
        Secret service = token("service", "service", JIRA, "mcp", Duration.ofMinutes(10));

        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", service, "resource", FILES));
    }

    @ParameterizedTest
    @ValueSource(strings = {"anything", "a.b.c", "eyJhbGciOiJub25lIn0.e30."})
    void whatIsNoTokenOfOursIsRefused(String token) {
        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", new Secret(token), "resource", FILES));
    }

    /** What a server is told of who calls is signed with the same keys. */
    @Test
    void anIdentityIsNoAccessToken() {
        Secret identity = new IdentityTokens(settings, new FixedKeys(), Samples.RANDOM, clock)
                .mint(new Identity("00ualice", "inspector", Profile.UNKNOWN, Optional.of("grant")), JIRA);

        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", identity, "resource", FILES));
    }

    /** Nor is what its client is told of who signed on. */
    @Test
    void anIdTokenIsNoAccessToken() {
        Secret idToken = Samples.idTokens()
                .mint(new OpenIdToken(
                        "00ualice",
                        "agent",
                        Optional.empty(),
                        AuthenticationEvent.UNKNOWN,
                        subject("agent", FILES, "mcp openid"),
                        clock.instant().plusSeconds(600)));

        assertRefused(Reason.SUBJECT_TOKEN_INVALID, () -> answer("agent", idToken, "resource", FILES));
    }

    @ParameterizedTest
    @CsvSource({
        "subject_token, , SUBJECT_TOKEN_MISSING",
        "subject_token_type, , SUBJECT_TOKEN_TYPE_MISSING",
        "subject_token_type, urn:ietf:params:oauth:token-type:id_token, SUBJECT_TOKEN_TYPE_UNSUPPORTED",
        "subject_token_type, urn:ietf:params:oauth:token-type:refresh_token, SUBJECT_TOKEN_TYPE_UNSUPPORTED",
        "requested_token_type, urn:ietf:params:oauth:token-type:refresh_token, REQUESTED_TOKEN_TYPE_UNSUPPORTED",
        "actor_token, anything, ACTOR_TOKEN_UNSUPPORTED",
        "actor_token_type, urn:ietf:params:oauth:token-type:access_token, ACTOR_TOKEN_UNSUPPORTED"
    })
    void whatIsMissingOrUnsupportedIsSaid(String name, String value, Reason reason) {
        Map<String, List<String>> request = new HashMap<>(
                request(subject("inspector", JIRA, "mcp"), "resource", FILES).values());
        request.put(name, value == null ? List.of() : List.of(value));

        assertRefused(reason, () -> answer("agent", new Parameters(request)));
    }

    private TokenAnswer answer(String client, Secret subject, String... namesAndValues) {
        return answer(client, request(subject, namesAndValues));
    }

    private TokenAnswer answer(String client, Parameters request) {
        return exchange.exchange(new TokenRequest(
                clients.find(client).orElseThrow().client(),
                Optional.ofNullable(proven),
                request,
                Samples.TRAIL,
                user -> {}));
    }

    private static Parameters request(Secret subject, String... namesAndValues) {
        Map<String, List<String>> values =
                new HashMap<>(parameters("subject_token", subject.value(), "subject_token_type", ACCESS_TOKEN)
                        .values());
        values.putAll(parameters(namesAndValues).values());
        return new Parameters(values);
    }

    private String audience(TokenAnswer answer) {
        return accessTokens.verify(answer.accessToken()).audience();
    }

    private Secret subject(String client, String audience, String scope) {
        return subject(client, audience, scope, Duration.ofMinutes(10));
    }

    private Secret subject(String client, String audience, String scope, Duration life) {
        return token("00ualice", client, audience, scope, life);
    }

    private Secret byOktasWord(String client, String audience) {
        return accessTokens.mint(issued(client, audience, "mcp", "without a session", Duration.ofMinutes(10)));
    }

    private Secret token(String subject, String client, String audience, String scope, Duration life) {
        return accessTokens.mint(issued(subject, client, audience, scope, "grant", life));
    }

    private AccessToken issued(String client, String audience, String scope, String grant, Duration life) {
        return issued("00ualice", client, audience, scope, grant, life);
    }

    private AccessToken issued(
            String subject, String client, String audience, String scope, String grant, Duration life) {
        return new AccessToken(
                        subject,
                        client,
                        audience,
                        Scope.parse(scope),
                        grant,
                        "id",
                        clock.instant().plus(life),
                        Optional.of(new Profile("alice@example.com", Set.of("engineering"))))
                .signedOn(SIGNED_ON);
    }
}
