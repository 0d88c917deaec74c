package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.bridge.LegacySseServer;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.Faults;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.PlainMcpServer;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Two MCP servers behind one proxy, none of them the default: each is a protected resource of its own. */
class BackendsIT {

    private static final String FILES = "/files/mcp";
    private static final String JIRA = "/our-jira/mcp";
    private static final String PEOPLE = "/people/mcp";
    private static final String OLD = "/old/mcp";
    private static final String METADATA = "/.well-known/oauth-protected-resource";

    private static final String SECRET = "a-secret-that-nobody-will-ever-guess";
    private static final String CLIENTS = """
            [{"client_id": "reports", "client_secret": "%1$s", "grant_types": ["client_credentials"],
              "resources": ["/files/mcp", "/our-jira/mcp", "/people/mcp"], "groups": ["reporting"]},
             {"client_id": "files-server", "client_secret": "%1$s", "introspects": ["/files/mcp"],
              "grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"], "resources": ["/our-jira/mcp"]},
             {"client_id": "jira-server", "client_secret": "%1$s", "grant_types": [], "introspects": ["/our-jira/mcp"]}]
            """.formatted(SECRET);

    private static final String POLICY = """
            files.tools.default=allow
            files.tools.nightly_report.groups=reporting
            """;

    private static PlainMcpServer files;
    private static PlainMcpServer jira;
    private static PlainMcpServer people;
    private static LegacySseServer old;
    private static Installation installation;

    @BeforeAll
    static void start() {
        files = PlainMcpServer.start("files");
        jira = PlainMcpServer.start("jira");
        people = PlainMcpServer.start("people");
        old = LegacySseServer.start();
        installation = Installation.start(ProxySystem.plan()
                .with("CLIENTS_FILE", Preregistered.file(CLIENTS))
                .with("POLICY_FILE", Preregistered.file(POLICY))
                .with("MCP_BACKENDS", "files,our-jira,people,old")
                .with("MCP_BACKENDS_OLD_URL", old.url().toString())
                .with("MCP_BACKENDS_OLD_TRANSPORT", "sse")
                .with("MCP_BACKENDS_OLD_CREDENTIAL", "exchange")
                .with("MCP_BACKENDS_OLD_CREDENTIAL_AUDIENCE", "api://files")
                .with("MCP_BACKENDS_OLD_CREDENTIAL_SCOPES", "files.read")
                .with("MCP_BACKENDS_FILES_URL", files.url())
                .with("MCP_BACKENDS_OUR_JIRA_URL", jira.url())
                .with("MCP_BACKENDS_OUR_JIRA_CREDENTIAL", "okta")
                .with("MCP_BACKENDS_PEOPLE_URL", people.url())
                .with("MCP_BACKENDS_PEOPLE_CREDENTIAL", "exchange")
                .with("MCP_BACKENDS_PEOPLE_CREDENTIAL_AUDIENCE", "api://files")
                .with("MCP_BACKENDS_PEOPLE_CREDENTIAL_SCOPES", "files.read"));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
        files.close();
        jira.close();
        people.close();
        old.close();
    }

    @Test
    void eachHasItsOwnMetadataAndChallenge() {
        for (String path : List.of(FILES, JIRA)) {
            assertThat(get(METADATA + path).get("resource"))
                    .isEqualTo(installation.at(path).toString());
            Answer challenge = get(path);
            assertThat(challenge.status()).isEqualTo(401);
            assertThat(challenge.header("WWW-Authenticate"))
                    .contains("resource_metadata=\"" + installation.at(METADATA + path) + "\"");
        }
    }

    @Test
    void withoutADefaultThereIsNothingAtItsPaths() {
        for (String path : List.of("/mcp", "/okta/mcp", METADATA, METADATA + "/mcp", METADATA + "/okta/mcp")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
        for (String path : List.of("/others/mcp", METADATA + "/others/mcp", "/files", FILES + "/", "/FILES/mcp")) {
            assertThat(get(path).status()).as(path).isEqualTo(404);
        }
    }

    @Test
    void aTokenLeadsToTheBackendItWasGrantedForAndToNoOther() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        String forFiles = client.to(FILES).signOn("alice").get("access_token");
        String forJira = client.to(JIRA).signOn("alice").get("access_token");

        assertThat(ping(FILES, forFiles).text()).contains("\"server\":\"files\"");
        assertThat(ping(JIRA, forJira).text()).contains("\"server\":\"jira\"");
        for (Answer refused : List.of(ping(JIRA, forFiles), ping(FILES, forJira))) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.get("error")).isEqualTo("invalid_token");
        }
    }

    @Test
    void aBackendIsToldWhoCallsByATokenOfItsOwn() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(FILES);
        assertThat(ping(FILES, client.signOn("alice").get("access_token")).status())
                .isEqualTo(200);

        String identity = files.authorization().substring("Bearer ".length());
        SignedJWT jwt = SignedJWT.parse(identity);
        RSAKey key = JWKSet.parse(get("/.well-known/jwks.json").text())
                .getKeyByKeyId(jwt.getHeader().getKeyID())
                .toRSAKey();
        assertThat(jwt.verify(new RSASSAVerifier(key))).isTrue();
        JWTClaimsSet claims = jwt.getJWTClaimsSet();
        assertThat(claims.getAudience()).containsExactly(files.url().toString());
        assertThat(claims.getStringClaim("client_id")).isEqualTo(client.id());
        assertThat(claims.getStringClaim("email")).isEqualTo("alice@example.com");
        assertThat(claims.getStringListClaim("groups")).containsExactlyInAnyOrder("Everyone", "engineering");
        for (String path : List.of(FILES, JIRA)) {
            assertThat(ping(path, identity).status()).as(path).isEqualTo(401);
        }
    }

    @Test
    void aBackendThatCallsOktaGetsTheUsersOwnTokenOfOkta() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(JIRA);
        String ours = client.signOn("bob").get("access_token");
        assertThat(ping(JIRA, ours).status()).isEqualTo(200);

        String theirs = jira.authorization().substring("Bearer ".length());
        assertThat(theirs).isNotEqualTo(ours);
        assertThat(SignedJWT.parse(theirs).getJWTClaimsSet().getIssuer())
                .isEqualTo(installation.okta().issuer().toString());
    }

    @Test
    void aBackendGetsATokenOfItsOwnThatTheUsersIsExchangedFor() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(PEOPLE);
        String ours = client.signOn("bob").get("access_token");
        assertThat(ping(PEOPLE, ours).status()).isEqualTo(200);
        String first = people.authorization();
        JWTClaimsSet claims =
                SignedJWT.parse(first.substring("Bearer ".length())).getJWTClaimsSet();
        assertThat(claims.getIssuer()).isEqualTo(installation.okta().issuer().toString());
        assertThat(claims.getAudience()).containsExactly(installation.okta().exchangeAudience());
        assertThat(claims.getSubject()).isEqualTo("bob");

        // Kept, and no way in here.
        assertThat(ping(PEOPLE, ours).status()).isEqualTo(200);
        assertThat(people.authorization()).isEqualTo(first);
        assertThat(ping(PEOPLE, first.substring("Bearer ".length())).status()).isEqualTo(401);
    }

    @Test
    void aServerOverHttpAndSseGetsATokenOfItsOwnWithItsStreamAndItsMessages() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(OLD);
        String ours = client.signOn("bob").get("access_token");

        Answer opened = OAuthClient.send(HttpRequest.newBuilder(installation.at(OLD))
                .header("Authorization", "Bearer " + ours)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}")));

        assertThat(opened.status()).isEqualTo(200);
        assertThat(old.heard()).extracting(LegacySseServer.Heard::method).containsExactly("GET", "POST");
        for (LegacySseServer.Heard heard : old.heard()) {
            JWTClaimsSet claims = SignedJWT.parse(heard.authorization().substring("Bearer ".length()))
                    .getJWTClaimsSet();
            assertThat(claims.getAudience()).containsExactly(installation.okta().exchangeAudience());
            assertThat(claims.getSubject()).isEqualTo("bob");
        }
    }

    @Test
    void whereOktaDoesNotExchangeTheBackendIsNotCalled() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(PEOPLE);
        String ours = client.signOn("alice").get("access_token");
        int before = people.requests();
        Faults faults = installation.okta().faults();
        try {
            faults.on(Endpoint.TOKEN, Fault.status(503));
            Answer unavailable = ping(PEOPLE, ours);
            assertThat(unavailable.status()).isEqualTo(503);
            assertThat(unavailable.header("Retry-After")).isNotBlank();
            faults.clear();
            faults.on(Endpoint.TOKEN, Fault.invalidGrant());
            Answer denied = ping(PEOPLE, ours);
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.text()).contains("Okta does not give this user a token for the MCP server.");
        } finally {
            faults.clear();
        }
        assertThat(people.requests()).isEqualTo(before);
        Waiting.until(
                "the denial is forgotten",
                Duration.ofSeconds(30),
                () -> ping(PEOPLE, ours).status() == 200);
    }

    @Test
    void aServiceIsToldToABackendAsItselfWithItsGroups() throws Exception {
        String token = serviceToken(FILES).get("access_token");

        assertThat(ping(FILES, token).status()).isEqualTo(200);
        JWTClaimsSet claims = SignedJWT.parse(files.authorization().substring("Bearer ".length()))
                .getJWTClaimsSet();
        assertThat(claims.getSubject()).isEqualTo("reports");
        assertThat(claims.getStringClaim("client_id")).isEqualTo("reports");
        assertThat(claims.getStringListClaim("groups")).containsExactly("reporting");
        assertThat(claims.getClaims()).doesNotContainKey("email");
        assertThat(ping(JIRA, token).status()).isEqualTo(401);
    }

    @Test
    void thePolicyJudgesAServiceByItsGroups() {
        String service = serviceToken(FILES).get("access_token");
        String person = OAuthClient.publicClient(installation.proxy())
                .to(FILES)
                .signOn("alice")
                .get("access_token");

        assertThat(callTool(service, "nightly_report").text()).contains("\"result\"");
        assertThat(callTool(person, "nightly_report").text())
                .contains("\"error\"")
                .doesNotContain("\"result\"");
        assertThat(callTool(person, "other").text()).contains("\"result\"");
    }

    private static Answer callTool(String token, String name) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(FILES))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                        + "\"params\":{\"name\":\"" + name + "\"}}")));
    }

    /** These backends are called with a token that Okta gives for a user alone. */
    @Test
    void aServiceGetsNoTokenForABackendThatNeedsAUser() {
        for (String path : List.of(JIRA, PEOPLE)) {
            Answer refused = serviceToken(path);
            assertThat(refused.status()).as(path).isEqualTo(400);
            assertThat(refused.get("error")).isEqualTo("invalid_target");
        }
    }

    @Test
    void aBackendMayAskAboutWhatItWasToldUntilTheGrantEndsAndNoOtherMay() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(FILES);
        String ours = client.signOn("alice").get("access_token");
        assertThat(ping(FILES, ours).status()).isEqualTo(200);
        String identity = files.authorization().substring("Bearer ".length());

        Answer told = introspect("files-server", identity);
        assertThat(told.get("active")).isEqualTo("true");
        assertThat(told.get("client_id")).isEqualTo(client.id());
        assertThat(told.get("aud")).isEqualTo(files.url().toString());
        assertThat(told.json()).doesNotContainKeys("scope", "token_type");
        assertThat(introspect("jira-server", identity).text()).isEqualTo("{\"active\":false}");
        assertThat(introspect("jira-server", ours).text()).isEqualTo("{\"active\":false}");
        assertThat(introspect("files-server", ours).get("active")).isEqualTo("true");

        client.revoke(ours);
        assertThat(introspect("files-server", identity).text()).isEqualTo("{\"active\":false}");
        assertThat(introspect("files-server", ours).text()).isEqualTo("{\"active\":false}");
    }

    /** RFC 8693, as Nimbus's own client does it. */
    @Test
    void aServerActsAtAnotherForTheUserThatCalledItUntilTheGrantEnds() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(FILES);
        String ours = client.signOn("bob").get("access_token");

        AccessTokenResponse answer = exchange("files-server", ours, JIRA).toSuccessResponse();

        AccessToken exchanged = answer.getTokens().getAccessToken();
        assertThat(exchanged.getIssuedTokenType()).isEqualTo(TokenTypeURI.ACCESS_TOKEN);
        assertThat(exchanged.getScope()).isEqualTo(Scope.parse("mcp"));
        assertThat(answer.getTokens().getRefreshToken()).isNull();
        assertThat(ping(JIRA, exchanged.getValue()).status()).isEqualTo(200);
        JWTClaimsSet told = SignedJWT.parse(jira.authorization().substring("Bearer ".length()))
                .getJWTClaimsSet();
        assertThat(told.getSubject()).isEqualTo("bob");
        assertThat(ping(FILES, exchanged.getValue()).status()).isEqualTo(401);
        assertThat(introspect("jira-server", exchanged.getValue()).json())
                .containsEntry("act", Map.of("sub", "files-server"))
                .containsEntry("client_id", "files-server");

        Answer refused = service("files-server")
                .post(
                        "/oauth2/v1/revoke",
                        Map.of("token", exchanged.getValue()),
                        service("files-server").basic(SECRET));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("unsupported_token_type");
        assertThat(ping(FILES, ours).status()).isEqualTo(200);

        client.revoke(ours);
        assertThat(ping(JIRA, exchanged.getValue()).status()).isEqualTo(401);
        assertThat(error(exchange("files-server", ours, JIRA))).isEqualTo(OAuth2Error.INVALID_REQUEST);
    }

    /** A client that has come by a token, that registers itself, or asks for a server that is not for it. */
    @Test
    void nobodyElseExchangesATokenAndForNothingElse() throws Exception {
        OAuthClient person = OAuthClient.publicClient(installation.proxy());
        String forFiles = person.to(FILES).signOn("alice").get("access_token");
        String forJira = person.to(JIRA).signOn("alice").get("access_token");

        assertThat(error(exchange("reports", forFiles, JIRA))).isEqualTo(OAuth2Error.UNAUTHORIZED_CLIENT);
        assertThat(error(exchange("files-server", forJira, JIRA))).isEqualTo(OAuth2Error.INVALID_REQUEST);
        assertThat(error(exchange("files-server", forFiles, PEOPLE))).isEqualTo(OAuth2Error.INVALID_TARGET);
        assertThat(person.token(Map.of(
                                "grant_type",
                                GrantType.TOKEN_EXCHANGE.getValue(),
                                "client_id",
                                person.id(),
                                "subject_token",
                                forFiles,
                                "subject_token_type",
                                TokenTypeURI.ACCESS_TOKEN.toString()))
                        .get("error"))
                .isEqualTo("unauthorized_client");
        JSONObject greedy = new JSONObject(Map.of(
                "redirect_uris",
                List.of(Preregistered.REDIRECT_URI),
                "grant_types",
                List.of("authorization_code", GrantType.TOKEN_EXCHANGE.getValue())));
        assertThat(OAuthClient.register(installation.proxy(), greedy).text())
                .doesNotContain(GrantType.TOKEN_EXCHANGE.getValue());
    }

    private static TokenResponse exchange(String client, String token, String target) throws Exception {
        TokenRequest request = new TokenRequest.Builder(
                        installation.at("/oauth2/v1/token"),
                        new ClientSecretBasic(new ClientID(client), new Secret(SECRET)),
                        new TokenExchangeGrant(new BearerAccessToken(token), TokenTypeURI.ACCESS_TOKEN))
                .resources(installation.at(target))
                .build();
        return TokenResponse.parse(request.toHTTPRequest().send());
    }

    private static ErrorObject error(TokenResponse response) {
        return response.toErrorResponse().getErrorObject();
    }

    private static Answer serviceToken(String path) {
        return service("reports")
                .token(
                        Map.of(
                                "grant_type",
                                "client_credentials",
                                "resource",
                                installation.at(path).toString()),
                        SECRET);
    }

    private static Answer introspect(String server, String token) {
        OAuthClient client = service(server);
        return client.post("/oauth2/v1/introspect", Map.of("token", token), client.basic(SECRET));
    }

    private static OAuthClient service(String id) {
        return OAuthClient.known(installation.proxy(), id, SECRET, Preregistered.REDIRECT_URI)
                .to(FILES);
    }

    @Test
    void withoutADefaultAResourceMustBeNamed() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy()).to(FILES);
        Map<String, String> parameters = client.authorizationParameters();
        parameters.remove("resource");

        URI answer =
                new Browser().get(client.authorizationUri(parameters)).next().orElseThrow();
        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("invalid_target");
    }

    @Test
    void thePageForPeopleNamesThemAll() {
        assertThat(get("/").text())
                .contains(
                        installation.at(FILES).toString(), installation.at(JIRA).toString());
    }

    private static Answer ping(String path, String token) {
        return OAuthClient.ping(installation.at(path), token);
    }

    private static Answer get(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(path)));
    }
}
