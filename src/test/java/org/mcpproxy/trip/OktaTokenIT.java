package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaTenant;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.TokenForge;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Agents and services that are registered in Okta directly call {@code /okta/mcp} with the tokens that Okta gave them. */
class OktaTokenIT {

    private static final String OKTA_MCP = "/okta/mcp";
    private static final String METADATA = "/.well-known/oauth-protected-resource/okta/mcp";

    private static final String POLICY = """
            mcp.tools.default=allow
            mcp.tools.wipe.max_age=3600
            mcp.tools.pay.acr_values=phr
            """;

    /** Longer than a verified token is believed, and than unknown keys are held off. */
    private static final Duration A_WHILE = Duration.ofSeconds(40);

    private static Installation installation;
    private static OktaTenant okta;

    @BeforeAll
    static void start() {
        OktaOptions options = OktaOptions.custom();
        installation = Installation.start(
                ProxySystem.plan()
                        .named("okta-token")
                        .with("OKTA_AUDIENCE", options.audience())
                        .with("POLICY_FILE", Preregistered.file(POLICY)),
                options);
        okta = installation.okta();
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    void aUsersTokenFromOktaPassesAndTheAuditNamesTheUserById() {
        String token = okta.agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken();

        assertThat(call(token).status()).isEqualTo(200);

        assertThat(relayed())
                .anySatisfy(line -> assertThat(line)
                        .containsEntry("user", OktaUser.ALICE.id())
                        .containsEntry("client", claim(token, "cid"))
                        .containsEntry("method", "ping"));
    }

    @Test
    void aServicesTokenFromOktaPassesAndTheAuditNamesTheClientAlone() {
        String token = okta.serviceToken("mcp");

        assertThat(call(token).status()).isEqualTo(200);

        assertThat(relayed()).anySatisfy(line -> {
            assertThat(line).containsEntry("client", claim(token, "cid"));
            assertThat(line.get("user")).isNull();
        });
    }

    /** No CLIENTS_FILE names any here. */
    @Test
    void withoutClientsThatAnAdministratorRegisteredNoneActsForItselfOrAsksAboutTokens() {
        OAuthClient client =
                OAuthClient.register(installation.proxy(), "client_secret_basic", "http://127.0.0.1:8123/callback");

        assertThat(client.token(Map.of("grant_type", "client_credentials"), client.secret())
                        .get("error"))
                .isEqualTo("unsupported_grant_type");
        String assertion = "urn:ietf:params:oauth:grant-type:jwt-bearer";
        assertThat(client.token(Map.of("grant_type", assertion, "assertion", "any"), client.secret())
                        .get("error"))
                .isEqualTo("unsupported_grant_type");
        assertThat(client.post("/oauth2/v1/introspect", Map.of("token", "any"), client.basic(client.secret()))
                        .status())
                .isEqualTo(404);
        assertThat(get("/.well-known/oauth-authorization-server").text())
                .doesNotContain(
                        "client_credentials", "introspection", assertion, "authorization_grant_profiles_supported");
    }

    /** RFC 9470, with what Okta's own token says of the sign-on. */
    @Test
    void howTheUserSignedOnAtOktaCounts() {
        String token = okta.agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken();

        assertThat(callTool(token, "wipe").status()).isEqualTo(200);
        Answer challenge = callTool(token, "pay");
        assertThat(challenge.status()).isEqualTo(401);
        assertThat(challenge.header("WWW-Authenticate"))
                .startsWith("Bearer error=\"insufficient_user_authentication\"")
                .contains("acr_values=\"phr\"", "resource_metadata=\"" + installation.at(METADATA))
                .doesNotContain("max_age");
        Answer service = callTool(okta.serviceToken("mcp"), "wipe");
        assertThat(service.text()).contains("\"error\"").doesNotContain("\"result\"");
    }

    private static Answer callTool(String token, String name) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(OKTA_MCP))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\","
                        + "\"params\":{\"name\":\"" + name + "\"}}")));
    }

    @Test
    void noScopeIsNeeded() {
        assertThat(call(forge().with("scp", List.of("tools")).signed()).status())
                .isEqualTo(200);
        assertThat(call(forge().without("scp").signed()).status()).isEqualTo(200);
    }

    @Test
    void aRequestWithoutATokenIsShownTheWayToOktaAndAskedForNoScope() {
        Answer answer = OAuthClient.send(HttpRequest.newBuilder(installation.at(OKTA_MCP)));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + installation.at(METADATA) + "\"");
    }

    @Test
    void theMetadataNamesOktaAsTheAuthorizationServerAndNoScopes() {
        Answer answer = get(METADATA);

        assertThat(answer.json())
                .containsEntry("resource", installation.at(OKTA_MCP).toString())
                .containsEntry("authorization_servers", List.of(okta.issuer().toString()))
                .doesNotContainKey("scopes_supported");
    }

    @Test
    void ourOwnTokenIsOfAnotherIssuerHere() {
        String ours =
                OAuthClient.publicClient(installation.proxy()).signOn("alice").get("access_token");

        assertThat(OAuthClient.ping(installation.at("/mcp"), ours).status()).isEqualTo(200);
        assertRefused(ours, "token_issuer_wrong");
    }

    @Test
    void oktasTokenIsRefusedWhereOursAreTaken() {
        Answer answer = OAuthClient.ping(installation.at("/mcp"), okta.serviceToken("mcp"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_token\"", "scope=\"mcp\"");
    }

    @Test
    void aTokenForAnotherAudienceIsRefused() {
        assertRefused(forge().with("aud", "api://default").signed(), "token_audience_wrong");
    }

    /** The attack: an MCP server whose credential is {@code okta} calls another one with the token that it was sent. */
    @Test
    void aTokenThatOktaIssuedToTheProxyItselfIsRefused() {
        assertRefused(forge().with("cid", okta.clientId()).signed(), "token_of_proxy");
    }

    @Test
    void anExpiredTokenIsRefused() {
        assertRefused(forge().expired().signed(), "token_expired");
    }

    @Test
    void aTokenWithoutASignatureIsRefused() {
        assertRefused(forge().unsigned(), "token_malformed");
    }

    @Test
    void aTokenWithThePublicKeyAsItsSecretIsRefused() {
        assertRefused(forge().signedWithThePublicKeyAsASecret(), "token_signature_wrong");
    }

    @Test
    void aTokenSignedByAnotherKeyOfTheSameNameIsRefused() {
        assertRefused(forge().signedByAnImpostor(), "token_signature_wrong");
    }

    @Test
    void aFloodOfUnknownKeysHardlyReachesOkta() {
        int before = okta.requests().calls(Endpoint.KEYS);

        Stream.generate(() -> forge().signedByAnUnknownKey())
                .limit(20)
                .parallel()
                .forEach(token -> assertRefused(token, "token_signature_wrong"));

        assertThat(okta.requests().calls(Endpoint.KEYS) - before).isLessThanOrEqualTo(3);
    }

    @Test
    void aTokenOfANewKeyIsAcceptedAndOneOfAWithdrawnKeyNoMore() {
        String old = forge().signed();
        String oldAndUnseen = forge().signed();
        assertThat(call(old).status()).isEqualTo(200);

        okta.rotateKeys();
        okta.withdrawOldKeys();
        String rotated = okta.agentTokens(OktaUser.BOB, "openid").accessToken();

        Waiting.until("the new key is known", A_WHILE, () -> call(rotated).status() == 200);
        assertRefused(oldAndUnseen, "token_signature_wrong");
        Waiting.until("the old token is forgotten", A_WHILE, () -> call(old).status() == 401);
    }

    @Test
    void noTokenIsInAnyLogWhateverBecameOfIt() {
        List<String> tokens = new ArrayList<>(List.of(
                okta.agentTokens(OktaUser.ALICE, "openid").accessToken(),
                forge().with("aud", "api://default").signed(),
                forge().with("iss", "https://evil.example").signed(),
                forge().expired().signed(),
                forge().without("exp").signed(),
                forge().without("sub").signed(),
                forge().unsigned(),
                forge().signedByAnImpostor(),
                forge().signedByAnUnknownKey(),
                forge().signedWithThePublicKeyAsASecret()));
        tokens.add(tokens.get(0) + "x");
        tokens.forEach(OktaTokenIT::call);

        assertThat(installation.proxy().allLogs())
                .doesNotContain(okta.secretsIssued())
                .doesNotContain(tokens)
                .doesNotContain(tokens.stream().map(OktaTokenIT::payload).toList());
    }

    @Test
    void withoutAnAudienceThereIsNoSuchEndpoint() {
        Installation off = Installation.shared();

        assertThat(OAuthClient.send(HttpRequest.newBuilder(off.at(METADATA))).status())
                .isEqualTo(404);
        assertThat(OAuthClient.send(HttpRequest.newBuilder(off.at(OKTA_MCP))).status())
                .isEqualTo(404);
        String token = off.okta().serviceToken("mcp");
        assertThat(OAuthClient.ping(off.at(OKTA_MCP), token).status()).isEqualTo(404);
    }

    /** The attack: to use what was stolen from a client with a key, where proofs are not asked for (RFC 9449 7.2). */
    @Test
    void aTokenThatIsBoundToAKeyIsNoBearerToken() {
        assertRefused(
                forge().with("cnf", Map.of("jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"))
                        .signed(),
                "okta_token_bound");
    }

    /** Of a proxy whose clock is ahead of Okta's. */
    @Test
    void clocksMayDifferByTwoMinutes() {
        long now = Instant.now().getEpochSecond();

        assertThat(call(forge().with("exp", now - 60).with("iat", now - 600).signed())
                        .status())
                .isEqualTo(200);
        assertRefused(forge().with("exp", now - 130).with("iat", now - 600).signed(), "token_expired");
    }

    private static TokenForge forge() {
        return okta.forge(OktaUser.ALICE, "mcp");
    }

    private static Answer call(String token) {
        return OAuthClient.ping(installation.at(OKTA_MCP), token);
    }

    private static Answer get(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(path)));
    }

    private static void assertRefused(String token, String reason) {
        Answer answer = call(token);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.get("error")).isEqualTo("invalid_token");
        assertThat(answer.header("WWW-Authenticate"))
                .startsWith("Bearer error=\"invalid_token\"")
                .endsWith("resource_metadata=\"" + installation.at(METADATA) + "\"");
        String request = answer.header("X-Request-Id");
        assertThat(audited())
                .anySatisfy(line -> assertThat(line)
                        .containsEntry("request_id", request)
                        .containsEntry("endpoint", OKTA_MCP)
                        .containsEntry("reason", reason));
    }

    private static List<JSONObject> relayed() {
        return audited().stream()
                .filter(line -> OKTA_MCP.equals(line.get("resource")))
                .toList();
    }

    private static List<JSONObject> audited() {
        return installation
                .proxy()
                .console()
                .lines()
                .filter(line -> line.contains("{\"time\":"))
                .map(line -> json(line.substring(line.indexOf('{'))))
                .toList();
    }

    private static String claim(String token, String name) {
        return json(new Base64URL(payload(token)).decodeToString()).getAsString(name);
    }

    private static String payload(String token) {
        return token.split("\\.")[1];
    }

    private static JSONObject json(String text) {
        try {
            return JSONObjectUtils.parse(text);
        } catch (ParseException e) {
            throw new AssertionError("Not a JSON object: " + text, e);
        }
    }
}
