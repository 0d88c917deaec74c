package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.OktaSettings.Credential;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Meters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** What is pushed to an issuer that answers well, and what becomes of it where the issuer does not. */
class PushedRequestsTest {

    private static final URI ISSUER = URI.create("https://acme.okta.com/oauth2/default");
    private static final String ENDPOINT = ISSUER + "/v1/par";
    private static final String REFERENCE = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c";
    private static final String GOOD = "{\"request_uri\":\"" + REFERENCE + "\",\"expires_in\":60}";
    private static final Credential SECRET = new Credential.ClientSecret(new Secret("secret"));
    private static final SignOnDemands DEMANDS = new SignOnDemands(
            false, Optional.of(Duration.ofSeconds(300)), Optional.of("alice@example.com"), List.of("phr", "phrh"));

    private final Map<String, Object> metadata = new LinkedHashMap<>(Map.of(
            "issuer",
            ISSUER.toString(),
            "authorization_endpoint",
            ISSUER + "/v1/authorize",
            "token_endpoint",
            ISSUER + "/v1/token",
            "jwks_uri",
            ISSUER + "/v1/keys",
            "response_types_supported",
            List.of("code"),
            "subject_types_supported",
            List.of("public"),
            "id_token_signing_alg_values_supported",
            List.of("RS256"),
            "pushed_authorization_request_endpoint",
            ENDPOINT));
    private final MovableClock clock = new MovableClock();
    private final List<HTTPRequest> pushed = new ArrayList<>();
    private final List<HTTPResponse> answers = new ArrayList<>();

    @Test
    void theBrowserTakesNothingButTheClientAndTheReference() {
        answers.add(json(201, GOOD));

        URI location = requests(SECRET, true).begin(DEMANDS).location();

        assertThat(location.toString()).startsWith(ISSUER + "/v1/authorize?");
        assertThat(URLUtils.parseParameters(location.getRawQuery()))
                .isEqualTo(Map.of("client_id", List.of(ScriptedIssuer.CLIENT_ID), "request_uri", List.of(REFERENCE)));
    }

    @Test
    void theIssuerIsToldAllOfItByAClientThatProvesWhoItIs() throws Exception {
        answers.add(json(201, GOOD));

        SignOnRequest signOn = requests(SECRET, true).begin(DEMANDS);

        HTTPRequest push = pushed.get(0);
        assertThat(push.getMethod()).isEqualTo(HTTPRequest.Method.POST);
        assertThat(push.getURI()).hasToString(ENDPOINT);
        assertThat(push.getAuthorization()).startsWith("Basic ");
        assertThat(push.getBodyAsFormParameters())
                .containsEntry("response_type", List.of("code"))
                .containsEntry("client_id", List.of(ScriptedIssuer.CLIENT_ID))
                .containsEntry("redirect_uri", List.of("http://localhost:3001/oauth/callback"))
                .containsEntry("scope", List.of("openid profile email offline_access"))
                .containsEntry("state", List.of(signOn.state().value()))
                .containsEntry("nonce", List.of(signOn.nonce().value()))
                .containsEntry("code_challenge", List.of(signOn.codeVerifier().hash()))
                .containsEntry("code_challenge_method", List.of("S256"))
                .containsEntry("max_age", List.of("300"))
                .containsEntry("login_hint", List.of("alice@example.com"))
                .containsEntry("acr_values", List.of("phr phrh"))
                .doesNotContainKeys("client_secret", "request_uri");
    }

    @Test
    void anAssertionIsForThisEndpointAndMadeAnewWhereItIsPushedAgain() throws Exception {
        answers.add(null);
        answers.add(json(201, GOOD));

        requests(new Credential.PrivateKey(ScriptedIssuer.newKey()), true).begin(DEMANDS);

        assertThat(pushed).hasSize(2);
        JWTClaimsSet first = assertion(pushed.get(0));
        assertThat(first.getAudience()).containsExactly(ENDPOINT);
        assertThat(assertion(pushed.get(1)).getJWTID()).isNotBlank().isNotEqualTo(first.getJWTID());
        assertThat(pushed.get(1).getBodyAsFormParameters())
                .containsEntry("client_id", List.of(ScriptedIssuer.CLIENT_ID))
                .containsEntry("login_hint", List.of("alice@example.com"));
        assertThat(pushed.get(1).getAuthorization()).isNull();
    }

    @Test
    void whatTheAuthorizationEndpointHasInItsAddressStays() {
        metadata.put("authorization_endpoint", ISSUER + "/v1/authorize?tenant=acme");
        answers.add(json(201, GOOD));

        assertThat(URLUtils.parseParameters(
                        requests(SECRET, true).begin(DEMANDS).location().getRawQuery()))
                .containsOnlyKeys("tenant", "client_id", "request_uri");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200|" + "{\"request_uri\":\"urn:x\",\"expires_in\":60}",
                "202|" + "{\"request_uri\":\"urn:x\",\"expires_in\":60}",
                "302|" + "{\"request_uri\":\"urn:x\",\"expires_in\":60}",
                "307|{\"error\":\"access_denied\"}",
                "200|{\"error\":\"access_denied\"}",
                "204|",
                "201|",
                "201|urn:x",
                "201|[]",
                "201|{}",
                "201|{\"expires_in\":60}",
                "201|{\"request_uri\":\"\",\"expires_in\":60}",
                "201|{\"request_uri\":7,\"expires_in\":60}",
                "201|{\"request_uri\":\"no uri\",\"expires_in\":60}",
                "201|{\"request_uri\":\"urn:x\"}",
                "201|{\"request_uri\":\"urn:x\",\"expires_in\":0}",
                "201|{\"request_uri\":\"urn:x\",\"expires_in\":-60}",
                "201|{\"request_uri\":\"urn:x\",\"expires_in\":\"soon\"}",
                "400|",
                "403|<html>",
                "404|{}"
            })
    void anyOtherAnswerIsNone(int status, String body) {
        answers.add(json(status, body == null ? "" : body));

        assertThat(refused()).isEqualTo(Reason.OKTA_ANSWER_INVALID);
        assertThat(pushed).hasSize(1);
    }

    @Test
    void anAnswerThatIsNotJsonIsNone() {
        HTTPResponse html = json(201, GOOD);
        html.setEntityContentType(ContentType.TEXT_PLAIN);
        answers.add(html);

        assertThat(refused()).isEqualTo(Reason.OKTA_ANSWER_INVALID);
    }

    @Test
    void noBrowserIsSentWithAReferenceWithoutEnd() {
        answers.add(json(201, "{\"request_uri\":\"urn:" + "x".repeat(2045) + "\",\"expires_in\":60}"));

        assertThat(refused()).isEqualTo(Reason.OKTA_ANSWER_INVALID);
    }

    @ParameterizedTest
    @CsvSource({
        "401,invalid_client,OKTA_REFUSED_PROXY",
        "401,access_denied,OKTA_REFUSED_PROXY",
        "401,,OKTA_REFUSED_PROXY",
        "400,invalid_client,OKTA_REFUSED_PROXY",
        "400,invalid_request,OKTA_REFUSED_PROXY",
        "400,invalid_scope,OKTA_REFUSED_PROXY",
        "403,unauthorized_client,OKTA_REFUSED_PROXY",
        "400,<script>,OKTA_REFUSED_PROXY",
        "400,access_denied,OKTA_DENIED",
        "400,unmet_authentication_requirements,AUTHENTICATION_CLASS_UNMET",
        "400,temporarily_unavailable,OKTA_UNAVAILABLE"
    })
    void aRefusalSaysWhoseFaultItIs(int status, String error, Reason reason) {
        answers.add(json(status, error == null ? "" : "{\"error\":\"" + error + "\"}"));

        assertThat(refused()).isEqualTo(reason);
        assertThat(pushed).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 500, 503})
    void whereTheIssuerFailsItIsAskedOnceMoreAndThenThePersonComesAgain(int status) {
        answers.add(json(status, GOOD));
        answers.add(json(status, GOOD));
        answers.add(json(201, GOOD));

        assertUnavailable();
        assertThat(pushed).hasSize(2);
    }

    @Test
    void noAnswerIsAnOutageToo() {
        answers.add(null);
        answers.add(null);

        assertUnavailable();
        assertThat(pushed).hasSize(2);
    }

    @Test
    void anIssuerThatHasHadEnoughIsLeftAlone() {
        HTTPResponse enough = json(429, "{}");
        enough.setHeader("Retry-After", "7");
        answers.add(enough);
        AuthorizationRequests requests = requests(SECRET, true);

        assertUnavailable(requests);
        assertUnavailable(requests);
        assertThat(pushed).hasSize(1);
    }

    @Test
    void whereItIsNotOfferedOrSwitchedOffTheBrowserTakesAllOfIt() {
        assertWhole(requests(SECRET, false).begin(DEMANDS));

        metadata.remove("pushed_authorization_request_endpoint");
        assertWhole(requests(SECRET, true).begin(DEMANDS));
    }

    @Test
    void anIssuerThatTakesNothingElseIsNotTriedWithTheWholeOfIt() {
        metadata.put("require_pushed_authorization_requests", true);
        assertThat(refused(requests(SECRET, false))).isEqualTo(Reason.OKTA_REFUSED_PROXY);

        metadata.remove("pushed_authorization_request_endpoint");
        assertThat(refused(requests(SECRET, true))).isEqualTo(Reason.OKTA_REFUSED_PROXY);
        assertThat(pushed).isEmpty();
    }

    @Test
    void theEndpointMustBeOneThatKeepsASecret() {
        metadata.put("pushed_authorization_request_endpoint", "http://acme.okta.com/v1/par");

        assertThat(catchThrowableOfType(Rejection.class, () -> requests(SECRET, true))
                        .reason())
                .isEqualTo(Reason.OKTA_ANSWER_INVALID);
    }

    private void assertWhole(SignOnRequest signOn) {
        assertThat(pushed).isEmpty();
        assertThat(URLUtils.parseParameters(signOn.location().getRawQuery()))
                .containsEntry("state", List.of(signOn.state().value()))
                .containsEntry("login_hint", List.of("alice@example.com"))
                .doesNotContainKey("request_uri");
    }

    private void assertUnavailable() {
        assertUnavailable(requests(SECRET, true));
    }

    private static void assertUnavailable(AuthorizationRequests requests) {
        Rejection rejection = catchThrowableOfType(Rejection.class, () -> requests.begin(DEMANDS));
        assertThat(rejection.reason()).isEqualTo(Reason.OKTA_UNAVAILABLE);
        assertThat(rejection.retryAfter()).isPresent();
    }

    private Reason refused() {
        return refused(requests(SECRET, true));
    }

    private static Reason refused(AuthorizationRequests requests) {
        return catchThrowableOfType(Rejection.class, () -> requests.begin(DEMANDS))
                .reason();
    }

    private AuthorizationRequests requests(Credential credential, boolean push) {
        Settings settings = UpstreamDeployment.settings(ISSUER, credential, push);
        IssuerCalls calls = new IssuerCalls(
                this::answer, CallLimits.standard(), new UpstreamStatus(), clock, new IssuerMeter(new Meters()));
        Discovery discovery = new Discovery(settings, calls);
        discovery.load();
        return new AuthorizationRequests(
                settings,
                discovery,
                new PushedRequests(settings, new ProxyCredential(settings, clock), calls),
                new SecureRandom());
    }

    private ReadOnlyHTTPResponse answer(ReadOnlyHTTPRequest request) throws IOException {
        if (request.getURI().toString().endsWith("/.well-known/openid-configuration")) {
            return json(200, new JSONObject(metadata).toJSONString());
        }
        pushed.add((HTTPRequest) request);
        HTTPResponse answer = answers.remove(0);
        if (answer == null) {
            throw new IOException("no answer");
        }
        return answer;
    }

    private static HTTPResponse json(int status, String body) {
        HTTPResponse response = new HTTPResponse(status);
        response.setEntityContentType(ContentType.APPLICATION_JSON);
        response.setBody(body);
        return response;
    }

    private static JWTClaimsSet assertion(HTTPRequest push) throws Exception {
        return SignedJWT.parse(
                        push.getBodyAsFormParameters().get("client_assertion").get(0))
                .getJWTClaimsSet();
    }
}
