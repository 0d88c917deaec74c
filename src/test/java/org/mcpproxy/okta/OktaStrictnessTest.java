package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.okta.OktaBrowser.location;
import static org.mcpproxy.okta.OktaBrowser.parameter;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The corners of the stand-in's strictness: what a lenient server would let pass. */
class OktaStrictnessTest {

    private static final URI CALLBACK = URI.create("http://localhost:3001/oauth/callback");
    private static final String SCOPES = "openid profile email offline_access";
    private static OktaTenant okta;

    private final CodeVerifier verifier = new CodeVerifier();
    private final OktaBrowser browser = okta.browser();

    @BeforeAll
    static void startOrg() {
        okta = OktaTenant.start();
        okta.allowRedirect(CALLBACK);
    }

    @AfterAll
    static void closeOrg() {
        okta.close();
    }

    @BeforeEach
    void forgetEarlierRequests() {
        okta.requests().clear();
        okta.faults().clear();
    }

    @Test
    void onlyTheKnownIssuerAnswers() {
        for (String path : List.of(
                "/.well-known/oauth-authorization-server",
                "/oauth2/other/.well-known/openid-configuration",
                "/oauth2/other/v1/keys",
                "/oauth2/v1/authorize",
                "/oauth2/v1/token",
                "/oauth2/default/v1/clients",
                "/oauth2/default/x/v1/keys")) {
            assertThat(browser.get(okta.organization().resolve(path)).statusCode())
                    .as(path)
                    .isEqualTo(404);
        }
    }

    @Test
    void promptNoneWithASessionIsSilent() {
        code(OktaUser.ALICE, SCOPES);

        assertThat(parameter(location(browser.get(authorize(SCOPES, Map.of("prompt", "none")))), "code"))
                .isNotBlank();
    }

    @Test
    void anOldSessionIsNotEnoughForMaxAge() {
        code(OktaUser.ALICE, SCOPES);

        assertThat(browser.follow(browser.get(authorize(SCOPES, Map.of("max_age", "0"))))
                        .statusCode())
                .isEqualTo(200);
        assertThat(location(browser.get(authorize(SCOPES, Map.of("max_age", "600"))))
                        .toString())
                .startsWith(CALLBACK + "?");
    }

    @Test
    void theContextClassIsOneThatWasAskedForAndThatOktaHas() throws Exception {
        assertThat(contextClass(Map.of())).isNull();
        assertThat(contextClass(Map.of("acr_values", "urn:nowhere phrh phr"))).isEqualTo("phrh");
        assertThat(contextClass(Map.of("acr_values", "urn:nowhere"))).isNull();
    }

    private String contextClass(Map<String, String> changes) throws Exception {
        HttpResponse<String> page = browser.follow(browser.get(authorize(SCOPES, changes)));
        HttpResponse<String> answer =
                page.statusCode() == 200 ? browser.signIn(OktaUser.ALICE.login(), OktaUser.ALICE.password()) : page;
        String idToken = OktaBrowser.tokens(token(codeGrant(parameter(location(answer), "code"))))
                .idToken();
        return com.nimbusds.jwt.SignedJWT.parse(idToken).getJWTClaimsSet().getStringClaim("acr");
    }

    @Test
    void anUnknownClientOrRedirectUriIsShownAndNotRedirected() {
        for (Map<String, String> changed : List.of(
                Map.of("client_id", "0oanobody"),
                Map.of("redirect_uri", CALLBACK + "/more"),
                Map.of("redirect_uri", "http://127.0.0.1:10/callback"),
                Map.of("redirect_uri", ""))) {
            HttpResponse<String> response = browser.get(authorize(SCOPES, changed));

            assertThat(response.statusCode()).as(changed.toString()).isEqualTo(400);
            assertThat(response.headers().firstValue("Location")).isEmpty();
        }
    }

    @Test
    void pkceIsRequiredAndPlainIsRefused() {
        for (Map<String, String> changed :
                List.of(Map.of("code_challenge", ""), Map.of("code_challenge_method", "plain"))) {
            assertThat(parameter(location(browser.get(authorize(SCOPES, changed))), "error"))
                    .as(changed.toString())
                    .isEqualTo("invalid_request");
        }
    }

    @Test
    void aWrongSecretIsInvalidClient() {
        Map<String, String> grant = codeGrant(code(OktaUser.ALICE, SCOPES));

        HttpResponse<String> basic = browser.post(tokenEndpoint(), okta.clientId(), "wrong", grant);
        assertThat(basic.statusCode()).isEqualTo(401);
        assertThat(basic.body()).contains("invalid_client");
        Map<String, String> withoutSecret = new HashMap<>(grant);
        withoutSecret.put("client_id", okta.clientId());
        HttpResponse<String> none = browser.post(tokenEndpoint(), withoutSecret);
        assertThat(none.statusCode()).isEqualTo(401);
    }

    @Test
    void theSecretMayStandInTheForm() {
        Map<String, String> grant = new HashMap<>(codeGrant(code(OktaUser.ALICE, SCOPES)));
        grant.put("client_id", okta.clientId());
        grant.put("client_secret", okta.clientSecret());

        assertThat(browser.post(tokenEndpoint(), grant).statusCode()).isEqualTo(200);
        assertThat(okta.requests().to(Endpoint.TOKEN).get(0).clientAuthentication())
                .isEqualTo("client_secret_post");
    }

    @Test
    void aWrongOrMissingVerifierIsInvalidGrant() {
        for (String wrong : List.of(new CodeVerifier().getValue(), "")) {
            Map<String, String> grant = new HashMap<>(codeGrant(code(OktaUser.ALICE, SCOPES)));
            grant.put("code_verifier", wrong);
            if (wrong.isEmpty()) {
                grant.remove("code_verifier");
            }
            assertInvalidGrant(token(grant));
        }
    }

    @Test
    void withoutOfflineAccessThereIsNoRefreshToken() {
        assertThat(signIn(OktaUser.ALICE, "openid").refreshToken()).isNull();
    }

    @Test
    void aRefreshMayNotWidenTheScope() {
        OktaTokens tokens = signIn(OktaUser.ALICE, "openid offline_access");

        HttpResponse<String> wider = token(
                Map.of("grant_type", "refresh_token", "refresh_token", tokens.refreshToken(), "scope", "openid email"));

        assertThat(wider.body()).contains("invalid_scope");
    }

    @Test
    void revokingTheRefreshTokenKillsItsAccessToken() throws Exception {
        OktaTokens tokens = signIn(OktaUser.ALICE, SCOPES);
        assertThat(browser.post(okta.endpoint(Endpoint.REVOKE), Map.of("token", tokens.refreshToken()))
                        .statusCode())
                .isEqualTo(401);

        HttpResponse<String> revoked = browser.post(
                okta.endpoint(Endpoint.REVOKE),
                okta.clientId(),
                okta.clientSecret(),
                Map.of("token", tokens.refreshToken(), "token_type_hint", "refresh_token"));

        assertThat(revoked.statusCode()).isEqualTo(200);
        assertInvalidGrant(refresh(tokens.refreshToken()));
        assertThat(active(tokens.accessToken())).isFalse();
    }

    @Test
    void privateKeyJwtWorksOnceForEachAssertion() throws Exception {
        String assertion = assertion(okta.privateKey(), okta.keyClientId());
        HttpResponse<String> first = browser.post(okta.endpoint(Endpoint.INTROSPECT), withAssertion(assertion));
        HttpResponse<String> again = browser.post(okta.endpoint(Endpoint.INTROSPECT), withAssertion(assertion));
        HttpResponse<String> forged = browser.post(
                okta.endpoint(Endpoint.INTROSPECT), withAssertion(assertion(OktaKeys.newKey(), okta.keyClientId())));

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(again.statusCode()).isEqualTo(401);
        assertThat(forged.statusCode()).isEqualTo(401);
    }

    @Test
    void userInfoIsOfTheSameUserAndWantsALiveToken() throws Exception {
        OktaTokens tokens = signIn(OktaUser.BOB, SCOPES);

        assertThat(json(browser.get(okta.endpoint(Endpoint.USERINFO), tokens.accessToken())))
                .containsEntry("sub", OktaUser.BOB.id())
                .containsEntry("email", "bob@example.com")
                .containsEntry("groups", List.of("Everyone"));
        assertThat(browser.get(okta.endpoint(Endpoint.USERINFO), "garbage").statusCode())
                .isEqualTo(401);
        assertThat(browser.get(okta.endpoint(Endpoint.USERINFO)).statusCode()).isEqualTo(401);
    }

    @Test
    void theRequestLogTellsNamesAndNoSecrets() {
        OktaTokens tokens = signIn(OktaUser.ALICE, SCOPES);

        RecordedRequest redeemed = okta.requests().to(Endpoint.TOKEN).get(0);
        assertThat(redeemed.parameterNames()).contains("code", "code_verifier", "redirect_uri");
        assertThat(redeemed.parameters())
                .containsEntry("grant_type", "authorization_code")
                .doesNotContainKeys("code", "code_verifier");
        assertThat(redeemed.clientAuthentication()).isEqualTo("client_secret_basic");
        assertThat(redeemed.status()).isEqualTo(200);
        assertThat(okta.secretsIssued())
                .contains(
                        tokens.accessToken(),
                        tokens.refreshToken(),
                        tokens.idToken(),
                        okta.clientSecret(),
                        verifier.getValue());
    }

    private URI authorize(String scopes, Map<String, String> changes) {
        return browser.authorize(okta.clientId(), CALLBACK, verifier, scopes, changes);
    }

    private String code(OktaUser user, String scopes) {
        HttpResponse<String> page = browser.follow(browser.get(authorize(scopes, Map.of())));
        if (page.statusCode() == 200) {
            page = browser.signIn(user.login(), user.password());
        }
        return parameter(location(page), "code");
    }

    private OktaTokens signIn(OktaUser user, String scopes) {
        return OktaBrowser.tokens(token(codeGrant(code(user, scopes))));
    }

    private Map<String, String> codeGrant(String code) {
        return Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                CALLBACK.toString(),
                "code_verifier",
                verifier.getValue());
    }

    private HttpResponse<String> refresh(String token) {
        return token(Map.of("grant_type", "refresh_token", "refresh_token", token));
    }

    private HttpResponse<String> token(Map<String, String> form) {
        return browser.post(tokenEndpoint(), okta.clientId(), okta.clientSecret(), form);
    }

    private static URI tokenEndpoint() {
        return okta.endpoint(Endpoint.TOKEN);
    }

    private boolean active(String token) throws Exception {
        return (Boolean) json(browser.post(
                        okta.endpoint(Endpoint.INTROSPECT),
                        okta.clientId(),
                        okta.clientSecret(),
                        Map.of("token", token)))
                .get("active");
    }

    private static void assertInvalidGrant(HttpResponse<String> response) {
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("invalid_grant");
    }

    private static Map<String, Object> json(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(200);
        return com.nimbusds.jose.util.JSONObjectUtils.parse(response.body());
    }

    private static Map<String, String> withAssertion(String assertion) {
        return Map.of(
                "token",
                "any",
                "client_id",
                okta.keyClientId(),
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_assertion",
                assertion);
    }

    private static String assertion(RSAKey key, String clientId) throws Exception {
        SignedJWT jwt = new SignedJWT(
                new JWSHeader(JWSAlgorithm.RS256),
                new JWTClaimsSet.Builder()
                        .issuer(clientId)
                        .subject(clientId)
                        .audience(tokenEndpoint().toString())
                        .jwtID(UUID.randomUUID().toString())
                        .expirationTime(Date.from(Instant.now().plusSeconds(60)))
                        .build());
        jwt.sign(new RSASSASigner(key));
        return jwt.serialize();
    }
}
