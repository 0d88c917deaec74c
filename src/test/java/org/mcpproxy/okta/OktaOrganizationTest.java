package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** The stand-in gives an ID-JAG as Okta does, and refuses as Okta does; at either kind of org. */
@ParameterizedClass
@ValueSource(booleans = {true, false})
class OktaOrganizationTest {

    private static final String AUDIENCE = "https://mcp.example";
    private static final String TYPE = "urn:ietf:params:oauth:token-type:";

    private final OktaTenant okta;
    private final OktaTokens tokens;

    OktaOrganizationTest(boolean orgServer) {
        okta = OktaTenant.start(orgServer ? OktaOptions.org() : OktaOptions.custom());
        okta.connect(URI.create(AUDIENCE), "client-there");
        tokens = okta.agentTokens(OktaUser.ALICE, "openid", "email");
    }

    @AfterEach
    void stop() {
        okta.close();
    }

    @Test
    void itSaysWhoMayBeActedForWhereAndByWhom() throws Exception {
        HttpResponse<String> answer = ask(Map.of());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        Map<String, Object> json = JSONObjectUtils.parse(answer.body());
        assertThat(json).containsEntry("token_type", "N_A").containsEntry("issued_token_type", TYPE + "id-jag");
        SignedJWT assertion = SignedJWT.parse((String) json.get("access_token"));
        JWTClaimsSet claims = assertion.getJWTClaimsSet();
        assertThat(assertion.getHeader().getType()).hasToString("oauth-id-jag+jwt");
        assertThat(claims.getIssuer()).isEqualTo(okta.organization().toString());
        assertThat(claims.getSubject()).isEqualTo(OktaUser.ALICE.id());
        assertThat(claims.getAudience()).containsExactly(AUDIENCE);
        assertThat(claims.getClaims())
                .containsEntry("client_id", "client-there")
                .containsEntry("resource", AUDIENCE + "/mcp")
                .containsEntry("scope", "mcp")
                .containsEntry("email", OktaUser.ALICE.email())
                .containsKeys("auth_time", "jti", "iat", "exp");
        assertThat(assertion.verify(new RSASSAVerifier(published(assertion)))).isTrue();
    }

    @Test
    void whoIsNotConnectedOrDoesNotProveWhoTheyAreGetsNothing() {
        OktaBrowser browser = okta.browser();
        URI endpoint = okta.organizationTokenEndpoint();
        Map<String, String> request = request(Map.of());

        assertRefused(401, "invalid_client", browser.post(endpoint, request));
        assertRefused(401, "invalid_client", browser.post(endpoint, okta.agentClientId(), "wrong", request));
        assertRefused(401, "invalid_client", browser.post(endpoint, okta.clientId(), okta.clientSecret(), request));
        assertRefused(400, "invalid_target", ask(Map.of("audience", "https://other.example")));
    }

    @Test
    void onlyAnIdTokenOfThePersonForTheApplicationIsTaken() {
        assertRefused(400, "invalid_grant", ask(Map.of("subject_token", "anything")));
        assertRefused(400, "invalid_grant", ask(Map.of("subject_token", tokens.accessToken())));
        assertRefused(400, "invalid_request", ask(Map.of("subject_token_type", TYPE + "access_token")));
    }

    private HttpResponse<String> ask(Map<String, String> changes) {
        return okta.browser()
                .post(okta.organizationTokenEndpoint(), okta.agentClientId(), okta.clientSecret(), request(changes));
    }

    private Map<String, String> request(Map<String, String> changes) {
        Map<String, String> request = new HashMap<>(Map.of(
                "grant_type",
                "urn:ietf:params:oauth:grant-type:token-exchange",
                "requested_token_type",
                TYPE + "id-jag",
                "audience",
                AUDIENCE,
                "resource",
                AUDIENCE + "/mcp",
                "scope",
                "mcp",
                "subject_token",
                tokens.idToken(),
                "subject_token_type",
                TYPE + "id_token"));
        request.putAll(changes);
        return request;
    }

    /** As the org's document leads to it. */
    private RSAKey published(SignedJWT assertion) throws Exception {
        String document = okta.browser()
                .get(URI.create(okta.organization() + "/.well-known/openid-configuration"))
                .body();
        URI keys = URI.create((String) JSONObjectUtils.parse(document).get("jwks_uri"));
        return JWKSet.parse(okta.browser().get(keys).body())
                .getKeyByKeyId(assertion.getHeader().getKeyID())
                .toRSAKey();
    }

    private static void assertRefused(int status, String error, HttpResponse<String> answer) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("\"" + error + "\"");
    }
}
