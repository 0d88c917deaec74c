package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.okta.OktaBrowser.location;
import static org.mcpproxy.okta.OktaBrowser.parameter;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That the stand-in takes pushed requests as strictly as it takes those of the browser. */
class OktaPushedRequestsTest {

    private static final URI CALLBACK = URI.create("http://localhost:3001/oauth/callback");
    private static OktaTenant okta;

    private final OktaBrowser browser = okta.browser();

    @BeforeAll
    static void startOrg() {
        okta = OktaTenant.start(OktaOptions.custom().withPushedRequests());
        okta.allowRedirect(CALLBACK);
    }

    @AfterAll
    static void closeOrg() {
        okta.close();
    }

    @Test
    void theMetadataNameItWhereItIsOfferedAlone() throws Exception {
        assertThat(metadata(okta)).containsEntry("pushed_authorization_request_endpoint", okta.issuer() + "/v1/par");
        try (OktaTenant other = OktaTenant.start()) {
            assertThat(metadata(other)).doesNotContainKey("pushed_authorization_request_endpoint");
            assertThat(other.browser()
                            .post(
                                    other.endpoint(Endpoint.PUSH),
                                    other.clientId(),
                                    other.clientSecret(),
                                    request(Map.of()))
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void whatWasPushedSignsOnOnce() throws Exception {
        URI authorize = pushed(Map.of());

        browser.follow(browser.get(authorize));
        URI answer = location(browser.signIn(OktaUser.ALICE.login(), OktaUser.ALICE.password()));

        assertThat(parameter(answer, "code")).isNotBlank();
        assertThat(browser.get(authorize).statusCode()).isEqualTo(400);
    }

    @Test
    void nobodyPushesWithoutTheSecretNorWhatWouldNotBeTaken() {
        assertThat(push("wrong", request(Map.of())).statusCode()).isEqualTo(401);
        for (Map<String, String> changes : List.of(
                Map.of("redirect_uri", "http://127.0.0.1:10/callback"),
                Map.of("scope", "openid admin"),
                Map.of("code_challenge", ""),
                Map.of("request_uri", "urn:ietf:params:oauth:request_uri:x"))) {
            assertThat(push(okta.clientSecret(), request(changes)).statusCode())
                    .as(changes.toString())
                    .isEqualTo(400);
        }
    }

    @Test
    void howThePersonIsToSignOnIsReadFromWhatWasPushed() throws Exception {
        assertThat(parameter(location(browser.get(pushed(Map.of("prompt", "none")))), "error"))
                .isEqualTo("login_required");
        browser.follow(browser.get(pushed(Map.of())));
        browser.signIn(OktaUser.ALICE.login(), OktaUser.ALICE.password());

        assertThat(asksAgain(pushed(Map.of()))).isFalse();
        assertThat(asksAgain(pushed(Map.of("prompt", "login")))).isTrue();
        assertThat(asksAgain(pushed(Map.of("max_age", "0")))).isTrue();
        assertThat(asksAgain(pushed(Map.of("max_age", "600")))).isFalse();
        assertThat(asksAgain(URI.create(pushed(Map.of()) + "&prompt=login"))).isFalse();
    }

    private boolean asksAgain(URI authorize) {
        return browser.follow(browser.get(authorize)).statusCode() == 200;
    }

    private URI pushed(Map<String, String> changes) throws ParseException {
        HttpResponse<String> answer = push(okta.clientSecret(), request(changes));
        assertThat(answer.statusCode()).isEqualTo(201);
        String reference = (String) JSONObjectUtils.parse(answer.body()).get("request_uri");
        return URI.create(okta.endpoint(Endpoint.AUTHORIZE) + "?client_id=" + okta.clientId() + "&request_uri="
                + URLEncoder.encode(reference, StandardCharsets.UTF_8));
    }

    private HttpResponse<String> push(String secret, Map<String, String> request) {
        return browser.post(okta.endpoint(Endpoint.PUSH), okta.clientId(), secret, request);
    }

    private Map<String, String> request(Map<String, String> changes) {
        URI authorize =
                browser.authorize(okta.clientId(), CALLBACK, new CodeVerifier(), "openid offline_access", changes);
        Map<String, String> form = new HashMap<>();
        URLUtils.parseParameters(authorize.getRawQuery()).forEach((name, values) -> form.put(name, values.get(0)));
        return form;
    }

    private static Map<String, Object> metadata(OktaTenant tenant) throws ParseException {
        return JSONObjectUtils.parse(tenant.browser()
                .get(tenant.endpoint(Endpoint.OPENID_CONFIGURATION))
                .body());
    }
}
