package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.RecordedRequest;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Device;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Sign-ons at an Okta that takes pushed authorization requests (RFC 9126). */
class PushedToOktaIT {

    private static final OktaOptions PUSHING = OktaOptions.custom().withPushedRequests();

    private static Installation installation;

    private final Browser browser = new Browser();

    @BeforeAll
    static void start() {
        installation = Installation.start(Installation.generous(), PUSHING);
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @AfterEach
    void clear() {
        installation.okta().faults().clear();
        installation.okta().requests().clear();
    }

    @Test
    void allOfASignOnIsToldToOktaDirectlyAndTheBrowserCarriesAReferenceAlone() throws Exception {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        String code = code(client, demanding(client));
        Answer tokens = client.redeem(code);

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(SignedJWT.parse(tokens.get("access_token")).getJWTClaimsSet().getStringClaim("acr"))
                .isEqualTo("phrh");
        RecordedRequest push = installation.okta().requests().to(Endpoint.PUSH).get(0);
        assertThat(push.status()).isEqualTo(201);
        assertThat(push.clientAuthentication()).isEqualTo("client_secret_basic");
        assertThat(push.parameters())
                .containsEntry("login_hint", "alice@example.com")
                .containsEntry("acr_values", "phrh phr")
                .containsEntry("prompt", "login");
        assertThat(push.parameterNames()).contains("state", "nonce", "code_challenge", "redirect_uri", "scope");
        assertThatBrowsersCarriedNothingElse(installation);
        assertThat(installation.proxy().allLogs())
                .doesNotContain(installation
                        .okta()
                        .requests()
                        .to(Endpoint.AUTHORIZE)
                        .get(0)
                        .parameters()
                        .get("request_uri"));
    }

    /** Okta must have read prompt out of what was pushed: the proxy compares auth_time with the moment of the demand. */
    @Test
    void whoIsSignedOnAtOktaIsAskedAnewWhereThatIsDemanded() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        code(client, client.authorizationParameters());
        int asked = installation.okta().requests().calls(Endpoint.SIGN_IN);

        code(client, client.authorizationParameters());
        assertThat(installation.okta().requests().calls(Endpoint.SIGN_IN)).isEqualTo(asked);

        code(client, demanding(client));
        assertThat(installation.okta().requests().calls(Endpoint.SIGN_IN)).isGreaterThan(asked);
    }

    @Test
    void anOutageIsExplainedAndTheQuestionStaysOpen() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        installation.okta().faults().on(Endpoint.PUSH, Fault.status(503));

        Page refused = browser.submit(question, Map.of("decision", "allow"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.next()).isEmpty();
        assertThat(refused.text()).contains("Okta does not answer at the moment");
        assertThat(installation.okta().requests().calls(Endpoint.AUTHORIZE)).isZero();
        installation.okta().faults().clear();
        URI answer =
                browser.signOn(browser.submit(question, Map.of("decision", "allow")), "alice", client.redirectUri());
        assertThat(OAuthClient.parameter(answer, "code")).isNotEmpty();
    }

    @Test
    void anOutageIsExplainedWhereNobodyNeedBeAskedToo() {
        OAuthClient client = OAuthClient.register(installation.proxy(), "none", "https://app.example.com/callback");
        code(client, client.authorizationParameters());
        installation.okta().requests().clear();
        installation.okta().faults().on(Endpoint.PUSH, Fault.status(503));

        Page refused = browser.get(client.authorizationUri());

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.next()).isEmpty();
        assertThat(installation.okta().requests().calls(Endpoint.PUSH)).isEqualTo(2);
        assertThat(installation.okta().requests().calls(Endpoint.AUTHORIZE)).isZero();
    }

    @Test
    void aRefusalSendsNoBrowserToOktaAndGivesNoCode() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        installation
                .okta()
                .faults()
                .on(
                        Endpoint.PUSH,
                        new Fault.Answer(
                                401, Map.of("Content-Type", "application/json"), "{\"error\":\"invalid_client\"}"));
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());

        Page refused = browser.submit(question, Map.of("decision", "allow"));

        assertThat(refused.status()).isEqualTo(500);
        assertThat(refused.next()).isEmpty();
        assertThat(refused.text()).contains("An administrator must check its settings");
        assertThat(installation.okta().requests().calls(Endpoint.AUTHORIZE)).isZero();
        installation
                .proxy()
                .awaitConsole(
                        "refused", console -> console.contains("pushed authorization request with invalid_client"));
    }

    /** Okta says no before the person is there: to ask them again would come to the same. */
    @ParameterizedTest
    @CsvSource({"unmet_authentication_requirements, unmet_authentication_requirements", "access_denied, access_denied"})
    void whatOktaRefusesForGoodTheApplicationIsTold(String said, String told) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Page question = browser.follow(client.authorizationUri(demanding(client)), client.redirectUri());
        refusesToTakeRequests(said);

        Page refused = browser.submit(question, Map.of("decision", "allow"));

        assertThat(OAuthClient.parameter(refused.next().orElseThrow(), "error")).isEqualTo(told);
        assertThat(browser.submit(question, Map.of("decision", "allow")).status())
                .isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"unmet_authentication_requirements", "access_denied"})
    void aDeviceIsToldToo(String said) {
        Device device = Device.begun(installation.proxy());
        Page question = device.question(browser);
        refusesToTakeRequests(said);

        browser.submit(question, Map.of("decision", "allow"));

        assertThat(device.poll().get("error")).isEqualTo("access_denied");
    }

    private static void refusesToTakeRequests(String error) {
        installation
                .okta()
                .faults()
                .on(
                        Endpoint.PUSH,
                        new Fault.Answer(
                                400,
                                Map.of("Content-Type", "application/json"),
                                "{\"error\":\"%s\"}".formatted(error)));
    }

    @Test
    void aDevicesSignOnIsPushedToo() {
        Device device = Device.begun(installation.proxy());
        installation.okta().faults().on(Endpoint.PUSH, Fault.status(503));
        Page question = device.question(browser);
        assertThat(browser.submit(question, Map.of("decision", "allow")).status())
                .isEqualTo(503);
        installation.okta().faults().clear();
        installation.okta().requests().clear();

        browser.get(browser.signOn(
                browser.submit(question, Map.of("decision", "allow")), "alice", installation.at("/oauth/device/done")));

        assertThatBrowsersCarriedNothingElse(installation);
        assertThat(device.poll().get("access_token")).isNotEmpty();
    }

    /** An assertion works once: one that was lost on its way back is not sent again, else Okta would refuse it. */
    @Test
    void aProxyWithAKeyProvesWhoItIsAnewAfterAnAnswerThatWasLost() {
        try (Installation keyed = Installation.startWithKey(Installation.generous(), PUSHING)) {
            OAuthClient client = OAuthClient.publicClient(keyed.proxy());
            keyed.okta().faults().once(Endpoint.PUSH, new Fault.LostAnswer());

            Answer tokens = client.signOn("alice");

            assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
            List<RecordedRequest> pushes = keyed.okta().requests().to(Endpoint.PUSH);
            assertThat(pushes)
                    .hasSize(2)
                    .allSatisfy(push -> assertThat(push.clientAuthentication()).isEqualTo("private_key_jwt"));
            assertThat(pushes.get(1).status()).isEqualTo(201);
            assertThatBrowsersCarriedNothingElse(keyed);
        }
    }

    /** As for an issuer that offers it and does not let this application use it. */
    @Test
    void switchedOffTheBrowserCarriesAllOfIt() {
        try (Installation plain =
                Installation.start(Installation.generous().with("OKTA_PUSHED_REQUESTS", "off"), PUSHING)) {
            OAuthClient client = OAuthClient.publicClient(plain.proxy());

            assertThat(client.signOn("alice").get("access_token")).isNotEmpty();

            assertThat(plain.okta().requests().calls(Endpoint.PUSH)).isZero();
            assertThat(plain.okta().requests().to(Endpoint.AUTHORIZE).get(0).parameterNames())
                    .contains("state", "code_challenge")
                    .doesNotContain("request_uri");
        }
    }

    private static void assertThatBrowsersCarriedNothingElse(Installation at) {
        assertThat(at.okta().requests().to(Endpoint.AUTHORIZE))
                .isNotEmpty()
                .allSatisfy(
                        request -> assertThat(request.parameterNames()).isEqualTo(Set.of("client_id", "request_uri")));
    }

    private String code(OAuthClient client, Map<String, String> parameters) {
        String code = OAuthClient.parameter(
                browser.signOn(client.authorizationUri(parameters), "alice", client.redirectUri()), "code");
        assertThat(code).isNotEmpty();
        return code;
    }

    private static Map<String, String> demanding(OAuthClient client) {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("login_hint", "alice@example.com");
        parameters.put("prompt", "login");
        parameters.put("acr_values", "phrh phr");
        return parameters;
    }
}
