package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The stand-in is proof only as far as it refuses what Okta refuses: each rule is seen failing here. */
class OktaTenantTest {

    private static final URI REDIRECT = URI.create("http://localhost:9/oauth/callback");
    private static final String SCOPE = "openid profile email offline_access";

    private static OktaTenant okta;

    private final OktaBrowser browser = okta.browser();
    private final CodeVerifier verifier = new CodeVerifier();

    @BeforeAll
    static void start() {
        okta = OktaTenant.start();
        okta.allowRedirect(REDIRECT);
        okta.allowPostLogoutRedirect(URI.create("http://localhost:9/"));
    }

    @AfterAll
    static void stop() {
        okta.close();
    }

    @AfterEach
    void clear() {
        okta.faults().clear();
    }

    @Test
    void aUserSignsOnAndTheTokensHaveTheClaimsOfOkta() throws ParseException {
        OktaTokens tokens = OktaBrowser.tokens(redeem(code(), Map.of()));

        JWTClaimsSet access = claims(tokens.accessToken());
        assertThat(access.getIssuer()).isEqualTo(okta.issuer().toString());
        assertThat(access.getAudience()).containsExactly("api://mcp");
        assertThat(access.getSubject()).isEqualTo("alice");
        assertThat(access.getStringClaim("uid")).isEqualTo(OktaUser.ALICE.id());
        assertThat(access.getStringClaim("cid")).isEqualTo(okta.clientId());
        assertThat(access.getStringListClaim("scp")).contains("openid", "offline_access");
        JWTClaimsSet id = claims(tokens.idToken());
        assertThat(id.getSubject()).isEqualTo(OktaUser.ALICE.id());
        assertThat(id.getStringClaim("email")).isEqualTo("alice@example.com");
        assertThat(id.getStringListClaim("groups")).containsExactly("Everyone", "engineering");
        assertThat(okta.secretsIssued())
                .contains(tokens.accessToken(), tokens.refreshToken(), tokens.idToken(), okta.clientSecret());
    }

    @Test
    void aWrongPasswordIsRefused() {
        browser.follow(browser.get(authorize(Map.of())));
        assertThat(browser.signIn("alice", "bob").body()).contains("Unable to sign in");
    }

    @Test
    void aSecondAuthorizationIsSilent() {
        code();
        URI location = OktaBrowser.location(browser.get(authorize(Map.of())));
        assertThat(location.toString()).startsWith(REDIRECT + "?code=");
    }

    @Test
    void promptNoneWithoutASessionIsAnError() {
        URI location = OktaBrowser.location(browser.follow(browser.get(authorize(Map.of("prompt", "none")))));
        assertThat(location.toString()).startsWith(REDIRECT + "?error=login_required");
    }

    @Test
    void promptLoginAsksAgain() {
        code();
        assertThat(browser.follow(browser.get(authorize(Map.of("prompt", "login"))))
                        .body())
                .contains("name=\"password\"");
        URI location = OktaBrowser.location(browser.signIn("alice", "alice"));
        assertThat(location.toString()).startsWith(REDIRECT + "?code=");
    }

    /** Whoever can reach it can sign in as alice. */
    @Test
    void nobodyElsesMachineReachesIt() throws IOException {
        List<InetAddress> others = NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
        for (InetAddress address : others) {
            assertThatThrownBy(() -> new Socket(address, okta.issuer().getPort()).close())
                    .as("%s", address)
                    .isInstanceOf(IOException.class);
        }
        new Socket(InetAddress.getByName("127.0.0.1"), okta.issuer().getPort()).close();
    }

    @Test
    void anUnknownRedirectUriIsRefusedAndNotRedirectedTo() {
        for (String uri : List.of(
                "http://localhost:10/oauth/callback", "http://localhost:9/oauth/callback/", "https://evil.example/")) {
            code();
            HttpResponse<String> answer = browser.get(authorize(Map.of("redirect_uri", uri)));
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.headers().firstValue("Location")).isEmpty();
        }
    }

    @Test
    void anUnknownScopeIsRefused() {
        code();
        URI location = OktaBrowser.location(browser.get(authorize(Map.of("scope", "openid admin"))));
        assertThat(location.toString()).startsWith(REDIRECT + "?error=invalid_scope");
    }

    @Test
    void aRequestWithoutAChallengeIsRefused() {
        code();
        URI location =
                OktaBrowser.location(browser.get(authorize(Map.of("code_challenge", "", "code_challenge_method", ""))));
        assertThat(location.toString()).startsWith(REDIRECT + "?error=invalid_request");
    }

    @Test
    void aWrongSecretIsRefused() {
        HttpResponse<String> answer =
                browser.post(okta.endpoint(Endpoint.TOKEN), okta.clientId(), "wrong", codeForm(code(), Map.of()));
        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("invalid_client");
    }

    @Test
    void aWrongVerifierIsRefused() {
        assertInvalidGrant(redeem(code(), Map.of("code_verifier", new CodeVerifier().getValue())));
    }

    @Test
    void anotherRedirectUriAtTheTokenEndpointIsRefused() {
        assertInvalidGrant(redeem(code(), Map.of("redirect_uri", OktaApplications.AGENT_REDIRECT)));
    }

    @Test
    void aReplayedCodeIsRefusedAndEndsTheTokensItIssued() {
        String code = code();
        OktaTokens tokens = OktaBrowser.tokens(redeem(code, Map.of()));
        assertInvalidGrant(redeem(code, Map.of()));
        assertInvalidGrant(refresh(tokens.refreshToken()));
    }

    @Test
    void refreshTokensRotateAndReuseEndsTheFamily() {
        OktaTokens first = OktaBrowser.tokens(redeem(code(), Map.of()));
        OktaTokens second = OktaBrowser.tokens(refresh(first.refreshToken()));
        assertThat(second.refreshToken()).isNotEqualTo(first.refreshToken());
        assertInvalidGrant(refresh(first.refreshToken()));
        assertInvalidGrant(refresh(second.refreshToken()));
    }

    @Test
    void aRevokedRefreshTokenIsRefused() {
        OktaTokens tokens = OktaBrowser.tokens(redeem(code(), Map.of()));
        HttpResponse<String> revoked = browser.post(
                okta.endpoint(Endpoint.REVOKE),
                okta.clientId(),
                okta.clientSecret(),
                Map.of("token", tokens.refreshToken(), "token_type_hint", "refresh_token"));
        assertThat(revoked.statusCode()).isEqualTo(200);
        assertInvalidGrant(refresh(tokens.refreshToken()));
        assertThat(introspect(tokens.accessToken())).contains("\"active\":false");
    }

    @Test
    void introspectionAndUserInfoKnowALiveToken() {
        OktaTokens tokens = OktaBrowser.tokens(redeem(code(), Map.of()));
        assertThat(introspect(tokens.accessToken())).contains("\"active\":true");
        assertThat(browser.get(okta.endpoint(Endpoint.USERINFO), tokens.accessToken())
                        .body())
                .contains(OktaUser.ALICE.id(), "engineering");
        assertThat(browser.get(okta.endpoint(Endpoint.USERINFO), "nothing").statusCode())
                .isEqualTo(401);
    }

    @Test
    void signOutEndsTheSessionAndReturnsToARegisteredAddressOnly() {
        String logout = okta.endpoint(Endpoint.LOGOUT) + "?id_token_hint="
                + OktaBrowser.tokens(redeem(code(), Map.of())).idToken();
        assertThat(browser.get(URI.create(logout + "&post_logout_redirect_uri=https://evil.example/"))
                        .statusCode())
                .isEqualTo(400);
        HttpResponse<String> out = browser.get(URI.create(
                logout + "&client_id=" + okta.clientId() + "&post_logout_redirect_uri=http://localhost:9/&state=s"));
        assertThat(OktaBrowser.location(out)).hasToString("http://localhost:9/?state=s");
        assertThat(browser.follow(browser.get(authorize(Map.of()))).body()).contains("name=\"password\"");
    }

    @Test
    void signOutTakesNothingForAHintButAnIdTokenOfThisPersonForThisApplication() {
        OktaTokens tokens = OktaBrowser.tokens(redeem(code(), Map.of()));
        OktaTokens bobs = okta.agentTokens(OktaUser.BOB, "openid");
        String logout = okta.endpoint(Endpoint.LOGOUT) + "?post_logout_redirect_uri=http://localhost:9/";
        for (String refused : List.of(
                "",
                "&client_id=" + okta.clientId(),
                "&id_token_hint=forged",
                "&id_token_hint=" + tokens.accessToken(),
                "&id_token_hint=" + bobs.idToken(),
                "&client_id=" + OktaApplications.Application.AGENT.clientId() + "&id_token_hint=" + tokens.idToken())) {
            assertThat(browser.get(URI.create(logout + refused)).statusCode())
                    .as(refused)
                    .isEqualTo(400);
        }

        assertThat(browser.get(URI.create(logout + "&id_token_hint=" + tokens.idToken()))
                        .statusCode())
                .isEqualTo(302);
    }

    @Test
    void anAgentAndAServiceGetTokensForTheAudience() throws ParseException {
        JWTClaimsSet agent =
                claims(okta.agentTokens(OktaUser.BOB, "openid", "mcp").accessToken());
        assertThat(agent.getAudience()).containsExactly("api://mcp");
        assertThat(agent.getStringListClaim("scp")).contains("mcp");
        JWTClaimsSet service = claims(okta.serviceToken("mcp"));
        assertThat(service.getSubject()).isEqualTo(service.getStringClaim("cid"));
        assertThat(service.getClaim("uid")).isNull();
    }

    @Test
    void aStrangersPathDoesNotExist() {
        assertThat(browser.get(URI.create(okta.organization() + "/oauth2/other/.well-known/openid-configuration"))
                        .statusCode())
                .isEqualTo(404);
    }

    @Test
    void discoveryNamesTheAddressesOfOkta() {
        String metadata =
                browser.get(okta.endpoint(Endpoint.OPENID_CONFIGURATION)).body();
        for (Endpoint endpoint : List.of(Endpoint.AUTHORIZE, Endpoint.TOKEN, Endpoint.KEYS, Endpoint.LOGOUT)) {
            assertThat(metadata).contains(okta.endpoint(endpoint).toString());
        }
    }

    @Test
    void anOrgServerHasTheBaseUrlForIssuerAndItsEndpointsBelowOauth2() throws ParseException {
        try (OktaTenant org = OktaTenant.start(OktaOptions.org())) {
            OktaTokens tokens = org.agentTokens(OktaUser.ALICE, "openid", "groups");
            assertThat(org.issuer().getPath()).isEmpty();
            assertThat(org.endpoint(Endpoint.TOKEN).getPath()).isEqualTo("/oauth2/v1/token");
            assertThat(claims(tokens.idToken()).getIssuer())
                    .isEqualTo(org.issuer().toString());
            assertThat(browser.get(org.endpoint(Endpoint.OPENID_CONFIGURATION)).body())
                    .contains(org.endpoint(Endpoint.KEYS).toString());
        }
    }

    @Test
    void faultsAreSwitchedOnAndOff() throws ParseException {
        okta.faults().once(Endpoint.TOKEN, Fault.status(500));
        assertThat(redeem("any", Map.of()).statusCode()).isEqualTo(500);
        okta.faults().tokens(TokenFault.WRONG_NONCE, TokenFault.NO_GROUPS);
        JWTClaimsSet id = claims(OktaBrowser.tokens(redeem(code(), Map.of())).idToken());
        assertThat(id.getStringClaim("nonce")).isEqualTo("a-nonce-of-another-sign-on");
        assertThat(id.getClaim("groups")).isNull();
    }

    @Test
    void rotatedKeysAreOtherKeys() throws ParseException {
        String before = SignedJWT.parse(okta.serviceToken("mcp")).getHeader().getKeyID();
        okta.rotateKeys();
        okta.withdrawOldKeys();
        String after = SignedJWT.parse(okta.serviceToken("mcp")).getHeader().getKeyID();
        assertThat(after).isNotEqualTo(before);
        assertThat(browser.get(okta.endpoint(Endpoint.KEYS)).body())
                .contains(after)
                .doesNotContain(before, "\"d\":");
    }

    @Test
    void itStopsAndStartsOnTheSamePortAndRemembersItsTokens() {
        OktaTokens tokens = OktaBrowser.tokens(redeem(code(), Map.of()));
        okta.unreachable();
        okta.reachable();
        assertThat(OktaBrowser.tokens(refresh(tokens.refreshToken())).accessToken())
                .isNotEmpty();
    }

    private URI authorize(Map<String, String> changes) {
        return browser.authorize(okta.clientId(), REDIRECT, verifier, SCOPE, changes);
    }

    /** A code for Alice, who signs in where she has not. */
    private String code() {
        HttpResponse<String> page = browser.follow(browser.get(authorize(Map.of())));
        HttpResponse<String> answer = page.statusCode() == 200 ? browser.signIn("alice", "alice") : page;
        return OktaBrowser.parameter(OktaBrowser.location(answer), "code");
    }

    private HttpResponse<String> redeem(String code, Map<String, String> changes) {
        return browser.post(
                okta.endpoint(Endpoint.TOKEN), okta.clientId(), okta.clientSecret(), codeForm(code, changes));
    }

    private Map<String, String> codeForm(String code, Map<String, String> changes) {
        Map<String, String> form = new HashMap<>(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                code,
                "redirect_uri",
                REDIRECT.toString(),
                "code_verifier",
                verifier.getValue()));
        form.putAll(changes);
        return form;
    }

    private HttpResponse<String> refresh(String token) {
        return browser.post(
                okta.endpoint(Endpoint.TOKEN),
                okta.clientId(),
                okta.clientSecret(),
                Map.of("grant_type", "refresh_token", "refresh_token", token));
    }

    private String introspect(String token) {
        return browser.post(
                        okta.endpoint(Endpoint.INTROSPECT),
                        okta.clientId(),
                        okta.clientSecret(),
                        Map.of("token", token))
                .body();
    }

    private static void assertInvalidGrant(HttpResponse<String> answer) {
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("invalid_grant");
    }

    private static JWTClaimsSet claims(String token) throws ParseException {
        return SignedJWT.parse(token).getJWTClaimsSet();
    }
}
