package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.claims.UserInfo;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.Preregistered;

/** A client that treats us as its OpenID provider: a library's that checks all it is given, and a plain one that attacks. */
class OpenIdIT {

    private static final String USER_INFO = "/oauth2/v1/userinfo";
    private static final String AUTHORIZE = "/oauth2/v1/authorize";
    private static final String ALL = "mcp offline_access openid profile email";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.relyingParty(installation.proxy());
    private final Browser browser = new Browser();

    /** OpenID Connect Core 3.1, 5.3 and 12. */
    @Test
    void aStrictRelyingPartyLearnsWhoSignedOn() throws Exception {
        OIDCProviderMetadata provider = OIDCProviderMetadata.resolve(issuer());
        CodeVerifier verifier = new CodeVerifier();
        AuthenticationRequest request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, Scope.parse("openid profile email"), id(), client.redirectUri())
                .endpointURI(provider.getAuthorizationEndpointURI())
                .state(new State())
                .nonce(new Nonce())
                .maxAge(600)
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .build();
        URI answer = browser.signOn(request.toURI(), "alice", client.redirectUri());

        OIDCTokens tokens = tokens(
                provider,
                new AuthorizationCodeGrant(
                        AuthenticationResponseParser.parse(answer)
                                .toSuccessResponse()
                                .getAuthorizationCode(),
                        client.redirectUri(),
                        verifier));
        IDTokenClaimsSet claims = validated(provider, tokens, request.getNonce());
        assertThat(claims.getSubject().getValue()).isEqualTo(OktaUser.ALICE.id());
        assertThat(claims.getAuthenticationTime()).isNotNull();
        for (HTTPRequest.Method method : List.of(HTTPRequest.Method.GET, HTTPRequest.Method.POST)) {
            UserInfo told = UserInfoResponse.parse(new UserInfoRequest(
                                    provider.getUserInfoEndpointURI(), method, tokens.getBearerAccessToken())
                            .toHTTPRequest()
                            .send())
                    .toSuccessResponse()
                    .getUserInfo();
            assertThat(told.getSubject()).isEqualTo(claims.getSubject());
            assertThat(told.getName()).isEqualTo(OktaUser.ALICE.name());
            assertThat(told.getEmailAddress()).isEqualTo(OktaUser.ALICE.email());
        }

        OIDCTokens refreshed = tokens(provider, new RefreshTokenGrant(tokens.getRefreshToken()));
        IDTokenClaimsSet again = validated(provider, refreshed, null);
        assertThat(again.getSubject()).isEqualTo(claims.getSubject());
        assertThat(again.getAuthenticationTime()).isEqualTo(claims.getAuthenticationTime());
        assertThat(again.getNonce()).isNull();
    }

    @Test
    void whoDoesNotAskForOpenIdGetsNoIdTokenAndIsToldNothing() {
        Answer tokens = signedOn("mcp profile email");

        assertThat(tokens.json()).doesNotContainKey("id_token");
        Answer refused = userInfo(tokens.get("access_token"));
        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.get("error")).isEqualTo("insufficient_scope");
        assertThat(refused.header("WWW-Authenticate"))
                .startsWith("Bearer ")
                .contains("error=\"insufficient_scope\"", "scope=\"openid\"");
    }

    /** OpenID Connect Core 5.3.2. */
    @Test
    void userInfoIsJsonThatNobodyKeeps() {
        Answer told = userInfo(signedOn("openid email").get("access_token"));

        assertThat(told.header("Content-Type")).startsWith("application/json");
        assertThat(told.header("Cache-Control")).isEqualTo("no-store");
        assertThat(told.json()).isEqualTo(Map.of("sub", OktaUser.ALICE.id(), "email", OktaUser.ALICE.email()));
    }

    /** OpenID Connect Core 5.3.3, RFC 6750 3.1. */
    @Test
    void withoutAGoodTokenNobodyIsToldAnything() {
        Answer missing = OAuthClient.send(HttpRequest.newBuilder(installation.at(USER_INFO)));
        assertThat(missing.status()).isEqualTo(401);
        assertThat(missing.header("WWW-Authenticate")).startsWith("Bearer ").doesNotContain("error");

        Answer tokens = signedOn(ALL);
        String token = tokens.get("access_token");
        for (String bad : List.of("x", token + "x", tokens.get("id_token"), tokens.get("refresh_token"))) {
            Answer refused = userInfo(bad);
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
            assertThat(client.post(USER_INFO, Map.of("access_token", bad)).status())
                    .isEqualTo(401);
        }
        assertThat(userInfo(serviceToken()).status()).isEqualTo(403);
    }

    @Test
    void aTokenInTheAddressOrInTwoPlacesIsRefused() {
        String token = signedOn(ALL).get("access_token");

        for (Answer refused : List.of(
                OAuthClient.send(HttpRequest.newBuilder(installation.at(USER_INFO + "?access_token=" + token))),
                client.post(USER_INFO + "?access_token=" + token, Map.of()),
                client.post(USER_INFO, Map.of("access_token", token), "Bearer " + token))) {
            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.get("error")).isEqualTo("invalid_request");
            assertThat(refused.header("WWW-Authenticate")).contains("error=\"invalid_request\"");
            assertThat(refused.json()).doesNotContainKey("sub");
        }
        assertThat(client.post(USER_INFO, Map.of(), "Bearer " + token).status()).isEqualTo(200);
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(USER_INFO))
                                .header("Authorization", "Bearer " + token)
                                .POST(HttpRequest.BodyPublishers.noBody()))
                        .status())
                .isEqualTo(200);
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(USER_INFO))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{\"access_token\":\"" + token + "\"}")))
                        .status())
                .isEqualTo(401);
    }

    @Test
    void whatIsRevokedTellsNothingAnyMore() {
        Answer tokens = signedOn(ALL);
        assertThat(userInfo(tokens.get("access_token")).status()).isEqualTo(200);

        client.revoke(tokens.get("refresh_token"));

        assertThat(userInfo(tokens.get("access_token")).status()).isEqualTo(401);
    }

    /** The attack: whoever was handed an ID token, as many back ends are, calls with it. */
    @Test
    void anIdTokenOpensNothing() {
        Answer tokens = signedOn(ALL);
        String idToken = tokens.get("id_token");
        OAuthClient server = OAuthClient.known(
                installation.proxy(), Preregistered.SERVER, Preregistered.SECRET, Preregistered.REDIRECT_URI);

        assertThat(client.ping(idToken).status()).isEqualTo(401);
        assertThat(client.refresh(idToken).get("error")).isEqualTo("invalid_grant");
        assertThat(server.post("/oauth2/v1/introspect", Map.of("token", idToken), server.basic(Preregistered.SECRET))
                        .text())
                .isEqualTo("{\"active\":false}");
        assertThat(server.token(
                                Map.of(
                                        "grant_type",
                                        "urn:ietf:params:oauth:grant-type:token-exchange",
                                        "subject_token",
                                        idToken,
                                        "subject_token_type",
                                        "urn:ietf:params:oauth:token-type:access_token"),
                                Preregistered.SECRET)
                        .get("error"))
                .isEqualTo("invalid_request");
        assertThat(client.post(
                                "/oauth2/v1/token",
                                Map.of(
                                        "grant_type",
                                        "refresh_token",
                                        "refresh_token",
                                        tokens.get("refresh_token"),
                                        "client_assertion",
                                        idToken,
                                        "client_assertion_type",
                                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"))
                        .status())
                .isEqualTo(401);
        client.revoke(idToken);
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
    }

    /** OpenID Connect Core 3.1.2.1: by POST as by GET, and with the same checks. */
    @Test
    void aFormBeginsASignOnAsALinkDoes() {
        URI endpoint = installation.at(AUTHORIZE);
        Map<String, String> form = request(ALL);

        URI answer = browser.signOn(browser.post(endpoint, form), "alice", client.redirectUri());

        assertThat(client.redeem(OAuthClient.parameter(answer, "code")).json()).containsKey("id_token");
        form.put("code_challenge_method", "plain");
        Page refused = browser.post(endpoint, form);
        assertThat(OAuthClient.parameter(refused.next().orElseThrow(), "error")).isEqualTo("invalid_request");
        form.put("redirect_uri", "https://evil.example/callback");
        Page displayed = browser.post(endpoint, form);
        assertThat(displayed.status()).isEqualTo(400);
        assertThat(displayed.next()).isEmpty();
    }

    /** A client's page is of another origin. It may send the browser here, and no script of it may read what comes. */
    @Test
    void aFormOfAnotherSiteBeginsASignOnAndNothingElse() {
        Answer begun = foreignForm(AUTHORIZE);
        assertThat(begun.status()).isEqualTo(302);
        assertThat(begun.header("Location"))
                .startsWith(installation.at("/oauth/consent").toString());
        assertThat(begun.response().headers().map()).doesNotContainKey("Access-Control-Allow-Origin");

        for (String other : List.of("/oauth2/v1/token", "/oauth2/v1/par", "/oauth/consent", AUTHORIZE + "/")) {
            assertThat(foreignForm(other).status()).as(other).isEqualTo(403);
        }
    }

    /** The attack: a page that sends one form after the other, until the browser's cookies are too long for any request. */
    @Test
    void whatFormsOfAnotherSiteLeaveInABrowserIsClearedOnceItIsVeryMuch() {
        for (int i = 0; i < 40; i++) {
            Map<String, String> cookies = Map.copyOf(browser.cookies());
            browser.cookies().clear();
            Page begun = browser.post(installation.at(AUTHORIZE), request(ALL));
            browser.cookies().putAll(cookies);
            assertThat(browser.get(begun.next().orElseThrow()).hasForm()).isTrue();
        }
        assertThat(browser.cookies().keySet().stream().filter(name -> name.contains("sign-on-")))
                .hasSizeLessThanOrEqualTo(30);
    }

    @Test
    void theSignOnOfAFormIsBoundToTheBrowserThatSentIt() {
        Page begun = browser.post(installation.at(AUTHORIZE), request(ALL));

        assertThat(new Browser().get(begun.next().orElseThrow()).status()).isEqualTo(400);
    }

    @Test
    void onlyAFormIsTaken() {
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(AUTHORIZE))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString("{}")))
                        .status())
                .isEqualTo(415);
        assertThat(client.post(AUTHORIZE + "?client_id=" + client.id(), Map.of())
                        .get("error"))
                .as("what stands in the address counts for nothing")
                .isEqualTo("invalid_request");
    }

    /** OpenID Connect Core 3.1.2.2: never an answer about somebody else. */
    @Test
    void whoShowsAnIdTokenIsToldOfThatUserOrOfNobody() {
        Map<String, String> request = request(ALL);
        request.put("id_token_hint", signedOn(ALL).get("id_token"));

        URI other = new Browser().signOn(client.authorizationUri(request), "bob", client.redirectUri());
        URI same = new Browser().signOn(client.authorizationUri(request), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(other, "error")).isEqualTo("login_required");
        assertThat(OAuthClient.parameter(other, "code")).isEmpty();
        assertThat(OAuthClient.parameter(same, "code")).isNotEmpty();
        request.put("id_token_hint", signedOn(ALL).get("access_token"));
        URI wrong = browser.get(client.authorizationUri(request)).next().orElseThrow();
        assertThat(OAuthClient.parameter(wrong, "error")).isEqualTo("invalid_request");
    }

    @Test
    void thePersonReadsWhatTheClientWillLearn() {
        String asked = question(ALL);
        assertThat(asked)
                .contains("your user id", "See your name", "See your e-mail address", "can act in your name")
                .doesNotContain("need this permission");

        assertThat(question("openid email"))
                .contains("learns who you are", "cannot act in your name", "See your e-mail address")
                .doesNotContain("See your name", "MCP server");
    }

    @ParameterizedTest
    @ValueSource(strings = {"openid", "mcp openid email"})
    void aClientThatDidNotRegisterForItMayNotAsk(String scope) {
        OAuthClient plain = OAuthClient.publicClient(installation.proxy());
        Map<String, String> request = plain.authorizationParameters();
        request.put("scope", scope);

        URI refused = browser.get(plain.authorizationUri(request)).next().orElseThrow();

        assertThat(OAuthClient.parameter(refused, "error")).isEqualTo("invalid_scope");
    }

    @Test
    void whoIsToldOfAUserIsAudited() {
        userInfo(signedOn(ALL).get("access_token"));

        assertThat(installation.proxy().console().lines())
                .anyMatch(line -> line.contains("\"event\":\"user_info\"")
                        && line.contains("\"client\":\"" + client.id() + "\"")
                        && line.contains("\"user\":\"" + OktaUser.ALICE.id() + "\""))
                .noneMatch(line -> line.contains("\"event\":\"user_info\"") && line.contains(OktaUser.ALICE.email()));
    }

    private IDTokenClaimsSet validated(OIDCProviderMetadata provider, OIDCTokens tokens, Nonce nonce) throws Exception {
        JWT idToken = tokens.getIDToken();
        IDTokenClaimsSet claims = new IDTokenValidator(
                        provider.getIssuer(),
                        id(),
                        JWSAlgorithm.RS256,
                        provider.getJWKSetURI().toURL())
                .validate(idToken, nonce);
        AccessTokenValidator.validate(tokens.getAccessToken(), JWSAlgorithm.RS256, claims.getAccessTokenHash());
        return claims;
    }

    private OIDCTokens tokens(OIDCProviderMetadata provider, AuthorizationGrant grant) throws Exception {
        TokenRequest request = new TokenRequest.Builder(provider.getTokenEndpointURI(), id(), grant).build();
        return OIDCTokenResponseParser.parse(request.toHTTPRequest().send())
                .toSuccessResponse()
                .getTokens()
                .toOIDCTokens();
    }

    private Answer foreignForm(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(path))
                .header("Origin", "https://client.example")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        client.authorizationUri(request(ALL)).getRawQuery())));
    }

    private String question(String scope) {
        return new Browser()
                .follow(client.authorizationUri(request(scope)), client.redirectUri())
                .text();
    }

    private Answer signedOn(String scope) {
        URI answer = new Browser().signOn(client.authorizationUri(request(scope)), "alice", client.redirectUri());
        return client.redeem(OAuthClient.parameter(answer, "code"));
    }

    private Map<String, String> request(String scope) {
        Map<String, String> request = client.authorizationParameters();
        request.put("scope", scope);
        request.put("nonce", "n-0S6_WzA2Mj");
        return request;
    }

    private Answer userInfo(String token) {
        return OAuthClient.send(
                HttpRequest.newBuilder(installation.at(USER_INFO)).header("Authorization", "Bearer " + token));
    }

    private String serviceToken() {
        return OAuthClient.known(
                        installation.proxy(), Preregistered.BASIC, Preregistered.SECRET, Preregistered.REDIRECT_URI)
                .token(Map.of("grant_type", "client_credentials"), Preregistered.SECRET)
                .get("access_token");
    }

    private Issuer issuer() {
        return new Issuer(installation.at("").toString());
    }

    private ClientID id() {
        return new ClientID(client.id());
    }
}
