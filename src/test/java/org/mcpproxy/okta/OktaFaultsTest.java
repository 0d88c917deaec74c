package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.PlainObject;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.jwt.SignedJWT;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Each fault is really seen, and gone when it is switched off. */
class OktaFaultsTest {

    private static OktaTenant okta;

    private final OktaBrowser browser = okta.browser();

    @BeforeAll
    static void startOrg() {
        okta = OktaTenant.start();
    }

    @AfterAll
    static void closeOrg() {
        okta.close();
    }

    @AfterEach
    void mend() {
        okta.faults().clear();
    }

    @Test
    void aRateLimitTellsWhenItEnds() {
        okta.faults().once(Endpoint.KEYS, Fault.tooManyRequests(Duration.ofSeconds(7)));

        HttpResponse<String> limited = keys();
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("Retry-After")).contains("7");
        assertThat(limited.headers().firstValueAsLong("X-Rate-Limit-Reset").getAsLong())
                .isBetween(
                        Instant.now().getEpochSecond(),
                        Instant.now().plusSeconds(8).getEpochSecond());
        assertThat(keys().statusCode()).isEqualTo(200);
    }

    @Test
    void anEndpointCanFailWhileOthersWork() {
        okta.faults().on(Endpoint.KEYS, Fault.status(503));

        assertThat(keys().statusCode()).isEqualTo(503);
        assertThat(keys().statusCode()).isEqualTo(503);
        assertThat(browser.get(okta.endpoint(Endpoint.OPENID_CONFIGURATION)).statusCode())
                .isEqualTo(200);
    }

    @Test
    void aSlowEndpointWaitsUntilItIsReleased() throws Exception {
        Fault.Slow slow = okta.faults().once(Endpoint.KEYS, Fault.slow(Duration.ofSeconds(20)));

        CompletableFuture<HttpResponse<String>> waiting = CompletableFuture.supplyAsync(this::keys);
        slow.awaitArrival();
        assertThat(waiting).isNotDone();
        slow.release();
        assertThat(waiting.join().statusCode()).isEqualTo(200);
    }

    @Test
    void aHangUpLeavesNoAnswer() {
        okta.faults().times(2, Endpoint.KEYS, new Fault.Hangup());

        assertThatThrownBy(this::keys).isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void aLostAnswerIsStillDone() {
        OktaTokens tokens = okta.agentTokens(OktaUser.ALICE, "openid", "offline_access");
        okta.faults().once(Endpoint.TOKEN, new Fault.LostAnswer());

        assertThatThrownBy(() -> refresh(tokens.refreshToken())).isInstanceOf(UncheckedIOException.class);
        assertThat(refresh(tokens.refreshToken()).body()).contains("invalid_grant");
    }

    @Test
    void anUnreachableOrgRefusesConnectionsAndRemembersAllAfterwards() {
        OktaTokens tokens = okta.agentTokens(OktaUser.ALICE, "openid", "offline_access");
        okta.unreachable();

        assertThatThrownBy(() -> okta.browser().get(okta.endpoint(Endpoint.KEYS)))
                .hasRootCauseInstanceOf(java.nio.channels.ClosedChannelException.class)
                .hasCauseInstanceOf(java.net.ConnectException.class);
        okta.reachable();
        assertThat(refresh(tokens.refreshToken()).statusCode()).isEqualTo(200);
    }

    @Test
    void anAdministratorCanEndAUsersSignOns() {
        OktaTokens alice = okta.agentTokens(OktaUser.ALICE, "openid", "offline_access");
        OktaTokens bob = okta.agentTokens(OktaUser.BOB, "openid", "offline_access");
        okta.endSignOns(OktaUser.ALICE);

        assertThat(refresh(alice.refreshToken()).body()).contains("invalid_grant");
        assertThat(refresh(bob.refreshToken()).statusCode()).isEqualTo(200);
    }

    @Test
    void keysRotateAndOldOnesCanBeWithdrawn() throws Exception {
        String old = okta.serviceToken("mcp");
        okta.rotateKeys();
        String renewed = okta.serviceToken("mcp");

        assertThat(verifies(old)).isTrue();
        assertThat(verifies(renewed)).isTrue();
        okta.withdrawOldKeys();
        assertThat(verifies(old)).isFalse();
        assertThat(verifies(renewed)).isTrue();
    }

    @Test
    void theClockMayBeAhead() throws Exception {
        okta.faults().clockSkew(Duration.ofMinutes(10));

        assertThat(idToken().get("iat", Long.class))
                .isGreaterThan(Instant.now().plusSeconds(500).getEpochSecond());
    }

    @Test
    void claimsCanBeMissing() throws Exception {
        okta.faults().tokens(TokenFault.NO_GROUPS, TokenFault.NO_EMAIL);
        assertThat(idToken().claims()).doesNotContainKeys("groups", "email").containsKey("name");

        okta.faults().tokens(TokenFault.THIN_ID_TOKEN);
        OktaTokens thin = okta.agentTokens(OktaUser.ALICE, "openid", "profile", "email");
        assertThat(claims(thin.idToken())).doesNotContainKeys("groups", "email", "name");
        assertThat(userInfo(thin)).containsKeys("groups", "email", "name");

        okta.faults().tokens(TokenFault.NO_NONCE, TokenFault.NO_EXPIRY, TokenFault.NO_ID_TOKEN_SUBJECT);
        assertThat(idToken().claims()).doesNotContainKeys("nonce", "exp", "sub");
    }

    @Test
    void claimsCanBeWrong() throws Exception {
        okta.faults().tokens(TokenFault.WRONG_ISSUER, TokenFault.WRONG_NONCE, TokenFault.EXPIRED);
        Claims wrong = idToken();
        assertThat(wrong.claims())
                .containsEntry("iss", "https://evil.okta.example/oauth2/default")
                .containsEntry("nonce", "a-nonce-of-another-sign-on");
        assertThat(wrong.get("exp", Long.class)).isLessThan(Instant.now().getEpochSecond());

        okta.faults().tokens(TokenFault.WRONG_AUDIENCE);
        assertThat(idToken().claims()).containsEntry("aud", "0oaanother00001");
        okta.faults().tokens(TokenFault.WRONG_AUTHORIZED_PARTY);
        assertThat(idToken().claims()).containsEntry("azp", "0oaanother00001");
        okta.faults().tokens(TokenFault.USERINFO_OTHER_SUBJECT);
        assertThat(userInfo(okta.agentTokens(OktaUser.ALICE, "openid"))).containsEntry("sub", "00umallory0000000003");
    }

    @Test
    void signaturesCanBeWrong() throws Exception {
        okta.faults().tokens(TokenFault.BAD_SIGNATURE);
        assertThat(verifies(okta.agentTokens(OktaUser.ALICE, "openid").idToken()))
                .isFalse();
        okta.faults().tokens(TokenFault.UNKNOWN_KEY);
        assertThat(verifies(okta.agentTokens(OktaUser.ALICE, "openid").idToken()))
                .isFalse();
        okta.faults().tokens(TokenFault.UNSIGNED);
        assertThat(JWTParser.parse(okta.agentTokens(OktaUser.ALICE, "openid").idToken()))
                .isInstanceOf(com.nimbusds.jwt.PlainJWT.class);
    }

    @Test
    void forgedAccessTokensAreWrongInJustOneThing() throws Exception {
        assertThat(verifies(okta.forge(OktaUser.ALICE, "mcp").signed())).isTrue();
        assertThat(verifies(okta.forge(OktaUser.ALICE, "mcp").signedByAnImpostor()))
                .isFalse();
        assertThat(verifies(okta.forge(OktaUser.ALICE, "mcp").signedByAnUnknownKey()))
                .isFalse();
        assertThat(PlainObject.parse(okta.forge(OktaUser.ALICE, "mcp").unsigned())
                        .getPayload())
                .isNotNull();
        assertThat(claims(okta.forge(OktaUser.ALICE, "mcp").without("exp").signed()))
                .doesNotContainKey("exp")
                .containsEntry("uid", OktaUser.ALICE.id());
        assertThat(claims(okta.forge(OktaUser.ALICE, "mcp")
                        .with("aud", "api://other")
                        .signed()))
                .containsEntry("aud", "api://other");
        assertThat((Long) claims(okta.forge(OktaUser.ALICE, "mcp").expired().signed())
                        .get("exp"))
                .isLessThan(Instant.now().getEpochSecond());
    }

    @Test
    void anOrgServersAccessTokensCannotBeReadAndGroupsAreInTheIdTokenOnly() throws Exception {
        try (OktaTenant org = OktaTenant.start(OktaOptions.org())) {
            OktaTokens tokens = org.agentTokens(OktaUser.ALICE, "openid", "email", "groups");
            JWKSet published =
                    JWKSet.parse(org.browser().get(org.endpoint(Endpoint.KEYS)).body());

            assertThat(org.issuer()).isEqualTo(org.organization());
            assertThat(org.endpoint(Endpoint.KEYS).getPath()).isEqualTo("/oauth2/v1/keys");
            assertThat(JSONObjectUtils.parse(org.browser()
                            .get(org.endpoint(Endpoint.OPENID_CONFIGURATION))
                            .body()))
                    .containsEntry("issuer", org.issuer().toString())
                    .containsEntry("jwks_uri", org.issuer() + "/oauth2/v1/keys");
            assertThat(published.getKeyByKeyId(
                            SignedJWT.parse(tokens.accessToken()).getHeader().getKeyID()))
                    .isNull();
            assertThat(claims(tokens.idToken())).containsEntry("groups", List.of("Everyone", "engineering"));
            assertThat(JSONObjectUtils.parse(org.browser()
                            .get(org.endpoint(Endpoint.USERINFO), tokens.accessToken())
                            .body()))
                    .containsEntry("email", "alice@example.com")
                    .doesNotContainKey("groups");
        }
    }

    private HttpResponse<String> keys() {
        return browser.get(okta.endpoint(Endpoint.KEYS));
    }

    private HttpResponse<String> refresh(String token) {
        return browser.post(
                okta.endpoint(Endpoint.TOKEN),
                OktaApplications.Application.AGENT.clientId(),
                okta.clientSecret(),
                Map.of("grant_type", "refresh_token", "refresh_token", token));
    }

    private boolean verifies(String token) throws Exception {
        SignedJWT jwt = SignedJWT.parse(token);
        return Stream.ofNullable(JWKSet.parse(keys().body())
                        .getKeyByKeyId(jwt.getHeader().getKeyID()))
                .anyMatch(key -> verifies(jwt, key));
    }

    private static boolean verifies(SignedJWT jwt, com.nimbusds.jose.jwk.JWK key) {
        try {
            return jwt.verify(new RSASSAVerifier(key.toRSAKey()));
        } catch (com.nimbusds.jose.JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Claims idToken() throws Exception {
        return new Claims(claims(
                okta.agentTokens(OktaUser.ALICE, "openid", "profile", "email").idToken()));
    }

    private static Map<String, Object> userInfo(OktaTokens tokens) throws Exception {
        return JSONObjectUtils.parse(okta.browser()
                .get(okta.endpoint(Endpoint.USERINFO), tokens.accessToken())
                .body());
    }

    private static Map<String, Object> claims(String token) throws Exception {
        return SignedJWT.parse(token).getPayload().toJSONObject();
    }

    private record Claims(Map<String, Object> claims) {
        <T> T get(String name, Class<T> type) {
            return type.cast(claims.get(name));
        }
    }
}
