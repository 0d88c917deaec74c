package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationResponse;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationRequest;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCodeGrant;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.Tokens;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.PlainMcpServer;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;

/** One sign-on for two MCP servers (RFC 8707 2), by Nimbus's own client. */
class SeveralResourcesIT {

    private static final String DEFAULT = "/mcp";
    private static final String OKTA = "/okta/mcp";
    private static final String FILES = "/files/mcp";
    private static final String JIRA = "/jira/mcp";

    /** Whom one server alone lets in, and a scope that one server alone knows. */
    private static final String POLICY = """
            files.tools.default=allow
            files.tools.write.scopes=files.write
            jira.groups=engineering
            jira.tools.default=allow
            """;

    private static PlainMcpServer files;
    private static PlainMcpServer jira;
    private static Installation installation;

    private final Browser browser = new Browser();

    @BeforeAll
    static void start() {
        files = PlainMcpServer.start("files");
        jira = PlainMcpServer.start("jira");
        OktaOptions options = OktaOptions.custom();
        installation = Installation.start(
                ProxySystem.plan()
                        .with("OKTA_AUDIENCE", options.audience())
                        .with("POLICY_FILE", Preregistered.file(POLICY))
                        .with("MCP_BACKENDS", "files,jira")
                        .with("MCP_DEFAULT_BACKEND", "files")
                        .with("MCP_BACKENDS_FILES_URL", files.url())
                        .with("MCP_BACKENDS_JIRA_URL", jira.url()),
                options);
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
        files.close();
        jira.close();
    }

    /** One server at two paths is two resources, and a token of the one is none of the other's. */
    @Test
    void aServerWithANameMayBeTheDefaultToo() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        String forDefault = client.to(DEFAULT).signOn("alice").get("access_token");
        String forFiles = client.to(FILES).signOn("alice").get("access_token");
        String ofOkta =
                installation.okta().agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken();

        assertThat(OAuthClient.send(HttpRequest.newBuilder(at("/.well-known/oauth-protected-resource")))
                        .get("resource"))
                .isEqualTo(at(DEFAULT).toString());
        Map.of(DEFAULT, forDefault, FILES, forFiles, OKTA, ofOkta).forEach((path, token) -> {
            assertThat(OAuthClient.ping(at(path), token).text()).contains("\"server\":\"files\"");
            Stream.of(DEFAULT, FILES, JIRA, OKTA)
                    .filter(other -> !other.equals(path))
                    .forEach(other -> assertThat(
                                    OAuthClient.ping(at(other), token).status())
                            .as("the token of %s at %s", path, other)
                            .isEqualTo(401));
        });
    }

    /** RFC 8707 2. */
    @Test
    void whoNamesNoServerGetsATokenForTheDefaultOne() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Page question = browser.follow(asking(client).resources().build().toURI(), client.redirectUri());

        Tokens tokens = granted(tokens(client, allowed(question, "alice", client)));

        assertThat(ping(DEFAULT, tokens).text()).contains("\"server\":\"files\"");
        assertThat(Stream.of(FILES, JIRA, OKTA).map(other -> ping(other, tokens).status()))
                .containsOnly(401);
    }

    @Test
    void thePersonIsAskedOnceAndEachTokenIsForOneServer() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Page question = question(asking(client).build().toURI(), client);
        AuthorizationGrant code = allowed(question, "alice", client);

        assertThat(refusal(tokens(client, code))).isEqualTo("invalid_target");
        assertThat(refusal(tokens(client, code, FILES, JIRA))).isEqualTo("invalid_target");
        Tokens first = granted(tokens(client, code, FILES));
        assertThat(first.getAccessToken().getScope()).isEqualTo(Scope.parse("mcp offline_access files.write"));
        assertLeadsTo(FILES, JIRA, first);

        AuthorizationGrant used = new RefreshTokenGrant(first.getRefreshToken());
        Tokens second = granted(tokens(client, used, JIRA));
        assertThat(second.getAccessToken().getScope()).isEqualTo(Scope.parse("mcp offline_access"));
        assertLeadsTo(JIRA, FILES, second);

        // Two servers, one refresh token, at the same time.
        Tokens third = granted(tokens(client, used, FILES));
        assertThat(third.getRefreshToken()).isEqualTo(second.getRefreshToken());
        assertLeadsTo(FILES, JIRA, third);
        assertThat(refusal(tokens(client, used, "/crm/mcp"))).isEqualTo("invalid_target");

        client.revoke(third.getRefreshToken().getValue());
        assertThat(Stream.of(ping(FILES, third), ping(JIRA, second)).map(Answer::status))
                .containsOnly(401);
    }

    @Test
    void theAuditNamesBothWhereThePersonAllowsThemAndTheOneOfEachToken() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        AuthorizationGrant code = allowed(question(asking(client).build().toURI(), client), "alice", client);
        granted(tokens(client, code, JIRA));

        installation
                .proxy()
                .awaitConsole(
                        "both in the audit of the consent, and one in that of the tokens",
                        console -> hasLine(
                                        console,
                                        client,
                                        "\"event\":\"consent\"",
                                        "\"resources\":[\"" + at(FILES) + "\",\"" + at(JIRA) + "\"]")
                                && hasLine(
                                        console,
                                        client,
                                        "\"event\":\"tokens_issued\"",
                                        "\"resource\":\"" + at(JIRA) + "\""));
    }

    /** What was asked for is no permission: each server's own policy says who may enter. */
    @Test
    void whoMayEnterOneOfThemAloneIsKeptOutOfTheOther() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        AuthorizationGrant code = allowed(question(asking(client).build().toURI(), client), "bob", client);

        Tokens first = granted(tokens(client, code, FILES));
        assertThat(ping(FILES, first).status()).isEqualTo(200);
        Tokens second = granted(tokens(client, new RefreshTokenGrant(first.getRefreshToken()), JIRA));
        Answer keptOut = ping(JIRA, second);
        assertThat(keptOut.status()).isEqualTo(403);
        assertThat(keptOut.text()).contains("You are in none of the groups");
    }

    /** RFC 9126. */
    @Test
    void theyMayBePushed() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        PushedAuthorizationResponse pushed = PushedAuthorizationResponse.parse(new PushedAuthorizationRequest(
                        at("/oauth2/v1/par"), asking(client).build())
                .toHTTPRequest()
                .send());
        URI named = new AuthorizationRequest.Builder(
                        pushed.toSuccessResponse().getRequestURI(), new ClientID(client.id()))
                .endpointURI(at("/oauth2/v1/authorize"))
                .build()
                .toURI();

        AuthorizationGrant code = allowed(question(named, client), "alice", client);

        assertLeadsTo(JIRA, FILES, granted(tokens(client, code, JIRA)));
    }

    /** RFC 8628. */
    @Test
    void aDeviceMayAskForThemToo() throws Exception {
        OAuthClient client = Device.register(installation.proxy());
        DeviceAuthorizationSuccessResponse codes = DeviceAuthorizationResponse.parse(new DeviceAuthorizationRequest(
                                at("/oauth2/v1/device_authorization"),
                                new ClientID(client.id()),
                                Scope.parse("mcp"),
                                Map.of("resource", List.of(at(FILES).toString(), at(JIRA).toString())))
                        .toHTTPRequest()
                        .send())
                .toSuccessResponse();
        Page entered = browser.submit(
                browser.get(codes.getVerificationURI()),
                Map.of("user_code", codes.getUserCode().getValue()));
        Page question = browser.follow(entered, client.redirectUri());
        assertNamesBoth(question);
        browser.get(browser.signOn(question, "alice", client.redirectUri()));

        AuthorizationGrant code = new DeviceCodeGrant(codes.getDeviceCode());
        assertThat(refusal(tokens(client, code))).isEqualTo("invalid_target");
        Tokens first = granted(tokens(client, code, JIRA));
        assertLeadsTo(JIRA, FILES, first);
        assertLeadsTo(FILES, JIRA, granted(tokens(client, new RefreshTokenGrant(first.getRefreshToken()), FILES)));
    }

    /** The attack: one of ours, and beside it one that is not. Nobody is asked. */
    @Test
    void oneThatIsUnknownRefusesAll() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        URI asking = asking(client)
                .resources(at(FILES), URI.create("https://evil.example/mcp"))
                .build()
                .toURI();

        URI answer = browser.get(asking).next().orElseThrow();

        assertThat(answer.toString()).startsWith(client.redirectUri().toString());
        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("invalid_target");
    }

    private static AuthorizationRequest.Builder asking(OAuthClient client) {
        return new AuthorizationRequest.Builder(ResponseType.CODE, new ClientID(client.id()))
                .endpointURI(at("/oauth2/v1/authorize"))
                .redirectionURI(client.redirectUri())
                .scope(Scope.parse("mcp offline_access files.write"))
                .state(new State(client.state()))
                .codeChallenge(new CodeVerifier(client.verifier()), CodeChallengeMethod.S256)
                .resources(at(FILES), at(JIRA));
    }

    private Page question(URI asking, OAuthClient client) {
        Page question = browser.follow(asking, client.redirectUri());
        assertNamesBoth(question);
        return question;
    }

    private static void assertNamesBoth(Page question) {
        assertThat(question.text())
                .contains(
                        "on the MCP servers below", "<code>" + at(FILES) + "</code>", "<code>" + at(JIRA) + "</code>");
    }

    private AuthorizationGrant allowed(Page question, String user, OAuthClient client) {
        URI answer = browser.signOn(question, user, client.redirectUri());
        return new AuthorizationCodeGrant(
                new AuthorizationCode(OAuthClient.parameter(answer, "code")),
                client.redirectUri(),
                new CodeVerifier(client.verifier()));
    }

    private static TokenResponse tokens(OAuthClient client, AuthorizationGrant grant, String... paths)
            throws Exception {
        TokenRequest request = new TokenRequest.Builder(at("/oauth2/v1/token"), new ClientID(client.id()), grant)
                .resources(Stream.of(paths).map(SeveralResourcesIT::at).toArray(URI[]::new))
                .build();
        return TokenResponse.parse(request.toHTTPRequest().send());
    }

    private static Tokens granted(TokenResponse response) {
        return response.toSuccessResponse().getTokens();
    }

    private static String refusal(TokenResponse response) {
        return response.toErrorResponse().getErrorObject().getCode();
    }

    private static void assertLeadsTo(String path, String other, Tokens tokens) {
        assertThat(ping(path, tokens).text()).contains("\"server\":\"" + path.split("/")[1] + "\"");
        assertThat(ping(other, tokens).status()).isEqualTo(401);
    }

    private static Answer ping(String path, Tokens tokens) {
        return OAuthClient.ping(at(path), tokens.getAccessToken().getValue());
    }

    private static boolean hasLine(String console, OAuthClient client, String... parts) {
        return console.lines()
                .filter(line -> line.contains(client.id()))
                .anyMatch(line -> Stream.of(parts).allMatch(line::contains));
    }

    private static URI at(String path) {
        return installation.at(path);
    }
}
