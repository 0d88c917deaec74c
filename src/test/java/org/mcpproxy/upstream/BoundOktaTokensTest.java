package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.common.contenttype.ContentType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPRequest;
import com.nimbusds.oauth2.sdk.http.ReadOnlyHTTPResponse;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
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

/** This proxy as a client that proves possession of a key at Okta, which answers well, wrongly or not at all. */
class BoundOktaTokensTest {

    private static final String ISSUER = "https://acme.okta.com/oauth2/default";
    private static final String TOKEN = ISSUER + "/v1/token";
    private static final String USER_INFO = ISSUER + "/v1/userinfo";
    private static final String NONCE = "8NLZUUhVawx1ns8AjrC4F6j8D2phvaw7";
    private static final Credential SECRET = new Credential.ClientSecret(new Secret("secret"));
    private static final String BOUND = tokens("DPoP");
    private static final String ALICE = "{\"sub\":\"00ualice\",\"name\":\"Alice\"}";

    private final Map<String, Object> metadata = new LinkedHashMap<>(Map.of(
            "issuer",
            ISSUER,
            "authorization_endpoint",
            ISSUER + "/v1/authorize",
            "token_endpoint",
            TOKEN,
            "userinfo_endpoint",
            USER_INFO,
            "jwks_uri",
            ISSUER + "/v1/keys",
            "response_types_supported",
            List.of("code"),
            "subject_types_supported",
            List.of("public"),
            "id_token_signing_alg_values_supported",
            List.of("RS256"),
            "dpop_signing_alg_values_supported",
            List.of("RS256", "ES256")));
    private final MovableClock clock = new MovableClock();
    private final List<HTTPRequest> sent = new ArrayList<>();
    private final List<HTTPResponse> answers = new ArrayList<>();
    private final PossessionKey key = PossessionKey.generate();
    private Duration answersTake = Duration.ZERO;

    @Test
    void aProofSaysForWhichRequestItIsAndIsSignedWithTheKeyInIt() throws Exception {
        metadata.put("token_endpoint", TOKEN + "?tenant=acme");
        answers.add(json(200, BOUND));

        okta().refresh(bound());

        SignedJWT proof = proof(0);
        ECKey shown = (ECKey) proof.getHeader().getJWK();
        assertThat(proof.getHeader().getType()).hasToString("dpop+jwt");
        assertThat(proof.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.ES256);
        assertThat(shown.isPrivate()).isFalse();
        assertThat(shown).isEqualTo(ECKey.parse(key.jwk().value()).toPublicJWK());
        assertThat(proof.verify(new ECDSAVerifier(shown))).isTrue();
        JWTClaimsSet claims = proof.getJWTClaimsSet();
        assertThat(claims.getClaims()).containsOnlyKeys("htm", "htu", "iat", "jti");
        assertThat(claims.getStringClaim("htm")).isEqualTo("POST");
        assertThat(claims.getStringClaim("htu")).isEqualTo(TOKEN);
        assertThat(claims.getJWTID()).hasSizeGreaterThan(20);
        assertThat(claims.getIssueTime().toInstant())
                .isBetween(clock.instant().minusSeconds(5), clock.instant().plusSeconds(1));
    }

    @Test
    void aRefreshIsProvedWithTheKeyOfItsGrantWhichStaysThat() throws Exception {
        answers.add(json(200, BOUND));
        answers.add(json(200, BOUND));

        UpstreamTokens tokens = okta().refresh(bound()).tokens();
        okta().refresh(tokens);

        assertThat(tokens.possessionKey()).contains(key);
        assertThat(proof(0).getHeader().getJWK()).isEqualTo(proof(1).getHeader().getJWK());
        assertThat(proof(0).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(proof(1).getJWTClaimsSet().getJWTID());
    }

    @Test
    void eachGrantHasAKeyOfItsOwnFromItsNextRefreshOn() throws Exception {
        answers.add(json(200, BOUND));
        answers.add(json(200, BOUND));

        UpstreamTokens one = okta().refresh(bearer()).tokens();
        UpstreamTokens other = okta().refresh(bearer()).tokens();

        assertThat(one.possessionKey()).isPresent().isNotEqualTo(other.possessionKey());
        assertThat(proof(0).getHeader().getJWK())
                .isEqualTo(ECKey.parse(one.possessionKey().orElseThrow().jwk().value())
                        .toPublicJWK());
    }

    @Test
    void switchedOffNothingIsProved() {
        answers.add(json(200, tokens("Bearer")));

        assertThat(okta(SECRET, false).refresh(bearer()).tokens().possessionKey())
                .isEmpty();

        assertThat(sent.get(0).getHeaderValue("DPoP")).isNull();
    }

    /** Okta may have bound the refresh token to it. */
    @Test
    void aGrantKeepsItsKeyThoughItIsSwitchedOffSince() throws Exception {
        answers.add(json(200, BOUND));

        assertThat(okta(SECRET, false).refresh(bound()).tokens().possessionKey())
                .contains(key);

        assertThat(proof(0).getHeader().getJWK())
                .isEqualTo(ECKey.parse(key.jwk().value()).toPublicJWK());
    }

    /** The old refresh token may be used up by then: who keeps the new one needs no sign-on once the setting is right. */
    @ParameterizedTest
    @ValueSource(strings = {"Bearer", "bearer", "N_A"})
    void ofTokensThatAreNotBoundTheRefreshTokenAloneIsKept(String type) {
        answers.add(json(200, tokens(type)));

        RefreshedTokens refreshed = okta().refresh(bearer());

        assertThat(refreshed.usable()).isFalse();
        assertThat(refreshed.idToken()).isEmpty();
        assertThat(refreshed.tokens().refreshToken()).contains(new Secret("okta-refresh-2"));
        assertThat(refreshed.tokens().possessionKey()).isEmpty();
        assertThat(refreshed.tokens().accessTokenExpiresAt()).isBeforeOrEqualTo(clock.instant());
    }

    @Test
    void aGrantKeepsItsKeyThoughOneAnswerWasNotBound() {
        answers.add(json(200, tokens("Bearer")));

        assertThat(okta().refresh(bound()).tokens().possessionKey()).contains(key);
    }

    @Test
    void aTypeThatIsNotKnownIsNoAnswer() {
        answers.add(json(200, tokens("MAC")));
        answers.add(json(200, tokens("MAC")));

        assertRefused(Reason.OKTA_ANSWER_INVALID, () -> okta().refresh(bound()));
        assertRefused(Reason.OKTA_ANSWER_INVALID, () -> redeem(Optional.of(key)));
    }

    @Test
    void aSignOnWhoseTokensAreNotBoundFailsAndOktaGetsThemBack() throws Exception {
        metadata.put("revocation_endpoint", ISSUER + "/v1/revoke");
        answers.add(json(200, tokens("Bearer")));
        answers.add(new HTTPResponse(200));

        assertRefused(
                Reason.OKTA_ANSWER_INVALID,
                () -> okta().redeem("code", ISSUER, new Secret(new CodeVerifier().getValue()), new Secret("nonce")));

        assertThat(sent.get(1).getURI()).hasToString(ISSUER + "/v1/revoke");
        assertThat(sent.get(1).getBodyAsFormParameters().get("token")).containsExactly("okta-refresh-2");
    }

    @Test
    void aTypeIsTheSameInAnyCase() {
        answers.add(json(200, tokens("dpop")));

        assertThat(okta().refresh(bound()).tokens().possessionKey()).contains(key);
    }

    @Test
    void aBoundTokenIsNotTakenByWhoDidNotAskForOne() {
        answers.add(json(200, BOUND));

        assertThat(okta(SECRET, false).refresh(bearer()).usable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401})
    void aNonceThatIsDemandedIsGivenWithTheSameGrantAndANewProof(int status) throws Exception {
        answers.add(demand(status, NONCE));
        answers.add(json(200, BOUND));

        okta().refresh(bound());

        assertThat(sent).hasSize(2);
        assertThat(nonce(0)).isNull();
        assertThat(nonce(1)).isEqualTo(NONCE);
        assertThat(proof(1).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(proof(0).getJWTClaimsSet().getJWTID());
        assertThat(sent.get(1).getBodyAsFormParameters())
                .isEqualTo(sent.get(0).getBodyAsFormParameters())
                .containsEntry("refresh_token", List.of("okta-refresh"));
    }

    /** Okta may have taken note of the first one. */
    @Test
    void anAssertionIsMadeAnewForTheSecondTry() throws Exception {
        answers.add(demand(400, NONCE));
        answers.add(json(200, BOUND));

        okta(new Credential.PrivateKey(ScriptedIssuer.newKey()), true).refresh(bound());

        assertThat(sent).hasSize(2);
        assertThat(assertion(1).getJWTID())
                .isNotBlank()
                .isNotEqualTo(assertion(0).getJWTID());
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 400})
    void theNonceOfAnyAnswerIsForTheNextProof(int status) throws Exception {
        HTTPResponse answer = json(status, status == 200 ? BOUND : "{\"error\":\"invalid_scope\"}");
        answer.setHeader("DPoP-Nonce", NONCE);
        answers.add(answer);
        answers.add(json(200, BOUND));
        answers.add(json(200, BOUND));
        OpenIdProvider okta = okta();

        try {
            okta.refresh(bound());
        } catch (Rejection ofTheError) {
            assertThat(status).isEqualTo(400);
        }
        okta.refresh(bound());
        okta.refresh(bound());

        assertThat(sent).hasSize(3);
        assertThat(List.of(nonce(1), nonce(2))).containsExactly(NONCE, NONCE);
    }

    @Test
    void aNonceIsOfTheServerThatGaveItAndOfNoOther() throws Exception {
        metadata.put("userinfo_endpoint", "https://acme.okta.com:8443/oauth2/default/v1/userinfo");
        HTTPResponse answer = json(200, BOUND);
        answer.setHeader("DPoP-Nonce", NONCE);
        answers.add(answer);
        answers.add(json(200, ALICE));
        Calls calls = calls(SECRET, true);

        calls.okta().refresh(bound());
        identify(calls.people());

        assertThat(nonce(1)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "two words", "quote\"d", "back\\slash", "t\u00e4b", "new\tline"})
    void aNonceOfOtherSignsIsNotUsed(String nonce) throws Exception {
        assertNotUsed(nonce);
    }

    @Test
    void aNonceWithoutEndIsNotUsed() throws Exception {
        assertNotUsed("n".repeat(1025));
    }

    @Test
    void ofTwoNoncesNoneIsUsed() throws Exception {
        assertNotUsed(NONCE, "another");
    }

    private void assertNotUsed(String... nonces) throws Exception {
        HTTPResponse demand = demand(400, NONCE);
        demand.setHeader("DPoP-Nonce", nonces);
        HTTPResponse answer = json(200, BOUND);
        answer.setHeader("DPoP-Nonce", nonces);
        answers.add(demand);
        answers.add(answer);
        answers.add(json(200, BOUND));
        OpenIdProvider okta = okta();

        assertRefused(Reason.OKTA_ANSWER_INVALID, () -> okta.refresh(bound()));
        assertThat(sent).hasSize(1);
        okta.refresh(bound());
        okta.refresh(bound());
        assertThat(nonce(2)).isNull();
    }

    @Test
    void aDemandWithoutANonceIsNoAnswer() {
        answers.add(json(400, "{\"error\":\"use_dpop_nonce\"}"));

        assertRefused(Reason.OKTA_ANSWER_INVALID, () -> okta().refresh(bound()));
        assertThat(sent).hasSize(1);
    }

    /** Its session lives on: nothing was used up. */
    @Test
    void anIssuerThatTakesNoNonceOfItsOwnIsNotAskedForEver() throws Exception {
        answers.add(demand(400, "first"));
        answers.add(demand(400, "second"));
        answers.add(json(200, BOUND));
        OpenIdProvider okta = okta();

        assertUnavailable(() -> okta.refresh(bound()));
        assertThat(sent).hasSize(2);

        okta.refresh(bound());
        assertThat(nonce(2)).isEqualTo("second");
    }

    /** Else the lease on the session could end while the second call is under way. */
    @Test
    void aDemandThatComesLateIsMetByTheNextRefresh() throws Exception {
        answersTake = Duration.ofSeconds(3);
        answers.add(demand(400, NONCE));
        answers.add(json(200, BOUND));
        OpenIdProvider okta = okta();

        assertUnavailable(() -> okta.refresh(bound()));
        assertThat(sent).hasSize(1);

        okta.refresh(bound());
        assertThat(nonce(1)).isEqualTo(NONCE);
    }

    @Test
    void aPersonWaitsForASlowIssuerThatDemandsANonce() {
        answersTake = Duration.ofSeconds(3);
        answers.add(demand(400, NONCE));
        answers.add(json(200, BOUND));

        redeem(Optional.of(key));

        assertThat(sent).hasSize(2);
    }

    @Test
    void anOutageBetweenTheTwoTriesIsOneAndTheNextRefreshHasTheNonce() throws Exception {
        answers.add(demand(400, NONCE));
        answers.add(null);
        answers.add(json(200, BOUND));
        OpenIdProvider okta = okta();

        assertUnavailable(() -> okta.refresh(bound()));
        assertThat(sent).hasSize(2);

        okta.refresh(bound());
        assertThat(nonce(2)).isEqualTo(NONCE);
        assertThat(proof(2).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(proof(1).getJWTClaimsSet().getJWTID());
    }

    @ParameterizedTest
    @CsvSource({
        "invalid_grant,OKTA_SESSION_ENDED",
        "invalid_dpop_proof,OKTA_REFUSED_PROXY",
        "invalid_client,OKTA_REFUSED_PROXY"
    })
    void noOtherRefusalIsRepeated(String error, Reason reason) {
        HTTPResponse refusal = json(400, "{\"error\":\"" + error + "\"}");
        refusal.setHeader("DPoP-Nonce", NONCE);
        answers.add(refusal);

        assertRefused(reason, () -> okta().refresh(bound()));
        assertThat(sent).hasSize(1);
    }

    /** The application in Okta demands what is switched off here. */
    @ParameterizedTest
    @ValueSource(strings = {"invalid_dpop_proof", "use_dpop_nonce"})
    void whoMayNotProveIsNoEndOfASession(String error) {
        answers.add(json(400, "{\"error\":\"" + error + "\"}"));

        assertRefused(Reason.OKTA_REFUSED_PROXY, () -> okta(SECRET, false).refresh(bearer()));
        assertThat(sent).hasSize(1);
    }

    @Test
    void userInfoIsAskedWithTheTokenAndAProofThatNamesIt() throws Exception {
        answers.add(json(200, ALICE));

        assertThat(identify(calls(SECRET, true).people()).name()).isEqualTo("Alice");

        JWTClaimsSet claims = proof(0).getJWTClaimsSet();
        assertThat(sent.get(0).getAuthorization()).isEqualTo("DPoP okta-access");
        assertThat(claims.getStringClaim("htm")).isEqualTo("GET");
        assertThat(claims.getStringClaim("htu")).isEqualTo(USER_INFO);
        assertThat(claims.getStringClaim("ath")).isEqualTo(new Secret("okta-access").hash());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401})
    void userInfoThatDemandsANonceIsAskedOnceMore(int status) throws Exception {
        answers.add(challenge(status));
        answers.add(json(200, ALICE));
        answers.add(challenge(status));
        answers.add(challenge(status));
        Calls calls = calls(SECRET, true);

        identify(calls.people());
        assertThat(nonce(1)).isEqualTo(NONCE);
        assertThat(proof(1).getJWTClaimsSet().getStringClaim("ath")).isNotNull();

        assertUnavailable(() -> identify(calls.people()));
        assertThat(sent).hasSize(4);
    }

    @Test
    void userInfoIsAskedAgainAfterAnOutageWithANewProof() throws Exception {
        answers.add(null);
        answers.add(json(200, ALICE));

        identify(calls(SECRET, true).people());

        assertThat(proof(1).getJWTClaimsSet().getJWTID())
                .isNotEqualTo(proof(0).getJWTClaimsSet().getJWTID());
    }

    @Test
    void userInfoThatRefusesTheTokenIsNotAskedAgain() {
        HTTPResponse refusal = json(401, "");
        refusal.setHeader("WWW-Authenticate", "DPoP error=\"invalid_token\"");
        refusal.setHeader("DPoP-Nonce", NONCE);
        answers.add(refusal);

        assertRefused(
                Reason.OKTA_REFUSED_PROXY, () -> identify(calls(SECRET, true).people()));
        assertThat(sent).hasSize(1);
    }

    @Test
    void whereItCannotBeHadNobodySignsOnAndNoRefreshTokenIsUsedUp() {
        metadata.put("dpop_signing_alg_values_supported", List.of("RS256"));
        assertNotBegun();

        metadata.remove("dpop_signing_alg_values_supported");
        assertNotBegun();
        assertThat(calls(SECRET, false).requests().begin(SignOnDemands.NONE).location())
                .isNotNull();
    }

    private void assertNotBegun() {
        Calls calls = calls(SECRET, true);
        assertRefused(Reason.OKTA_REFUSED_PROXY, () -> calls.requests().begin(SignOnDemands.NONE));
        assertRefused(Reason.OKTA_REFUSED_PROXY, () -> calls.okta().refresh(bearer()));
        assertThat(sent).isEmpty();
    }

    @Test
    void theKeyIsAsSecretAsTheTokens() throws Exception {
        assertThat(bound().toString())
                .doesNotContain(ECKey.parse(key.jwk().value()).getD().toString());
    }

    private UpstreamTokens bound() {
        return kept(Optional.of(key));
    }

    private UpstreamTokens bearer() {
        return kept(Optional.empty());
    }

    private UpstreamTokens kept(Optional<PossessionKey> possessionKey) {
        return new UpstreamTokens(
                new Secret("okta-access"),
                Optional.of(new Secret("okta-refresh")),
                Optional.empty(),
                clock.instant(),
                possessionKey);
    }

    private void redeem(Optional<PossessionKey> possessionKey) {
        calls(SECRET, true)
                .tokenEndpoint()
                .exchange(
                        new AuthorizationCodeGrant(
                                new AuthorizationCode("code"),
                                URI.create("http://localhost:3001/oauth/callback"),
                                new CodeVerifier()),
                        Reason.OKTA_ANSWER_INVALID,
                        possessionKey);
    }

    private User identify(People people) throws Exception {
        IDTokenClaimsSet thin = new IDTokenClaimsSet(new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .subject("00ualice")
                .audience(ScriptedIssuer.CLIENT_ID)
                .issueTime(new Date())
                .expirationTime(new Date())
                .build());
        return people.identify(thin, new DPoPAccessToken("okta-access"), Optional.of(key));
    }

    private SignedJWT proof(int request) throws Exception {
        return SignedJWT.parse(sent.get(request).getHeaderValue("DPoP"));
    }

    private String nonce(int request) throws Exception {
        return proof(request).getJWTClaimsSet().getStringClaim("nonce");
    }

    private JWTClaimsSet assertion(int request) throws Exception {
        return SignedJWT.parse(sent.get(request)
                        .getBodyAsFormParameters()
                        .get("client_assertion")
                        .get(0))
                .getJWTClaimsSet();
    }

    private interface Call {
        void make() throws Exception;
    }

    private static void assertUnavailable(Call call) {
        Rejection rejection = catchThrowableOfType(Rejection.class, call::make);
        assertThat(rejection.reason()).isEqualTo(Reason.OKTA_UNAVAILABLE);
        assertThat(rejection.retryAfter()).isPresent();
    }

    private OpenIdProvider okta() {
        return okta(SECRET, true);
    }

    private OpenIdProvider okta(Credential credential, boolean boundTokens) {
        return calls(credential, boundTokens).okta();
    }

    private record Calls(
            OpenIdProvider okta, TokenEndpoint tokenEndpoint, People people, AuthorizationRequests requests) {}

    private Calls calls(Credential credential, boolean boundTokens) {
        Settings settings = UpstreamDeployment.settings(URI.create(ISSUER), credential, true, boundTokens);
        IssuerCalls calls = new IssuerCalls(
                this::answer, CallLimits.standard(), new UpstreamStatus(), clock, new IssuerMeter(new Meters()));
        ProvenCalls provenCalls = new ProvenCalls(calls, new IssuerNonces(), clock);
        Discovery discovery = new Discovery(settings, calls);
        discovery.load();
        ProxyCredential proxy = new ProxyCredential(settings, clock);
        TokenEndpoint tokens = new TokenEndpoint(discovery, proxy, calls, provenCalls);
        AuthorizationRequests requests = new AuthorizationRequests(
                settings, discovery, new PushedRequests(settings, proxy, calls), new SecureRandom());
        return new Calls(
                new OpenIdProvider(settings, discovery, proxy, tokens, null, null, calls, requests, clock),
                tokens,
                new People(settings, discovery, calls, provenCalls),
                requests);
    }

    private ReadOnlyHTTPResponse answer(ReadOnlyHTTPRequest request) throws IOException {
        if (request.getURI().toString().endsWith("/.well-known/openid-configuration")) {
            return json(200, new JSONObject(metadata).toJSONString());
        }
        sent.add((HTTPRequest) request);
        clock.advance(answersTake);
        HTTPResponse answer = answers.remove(0);
        if (answer == null) {
            throw new IOException("no answer");
        }
        return answer;
    }

    private static String tokens(String type) {
        return "{\"access_token\":\"okta-access-2\",\"token_type\":\"" + type
                + "\",\"expires_in\":3600,\"refresh_token\":\"okta-refresh-2\"}";
    }

    private static HTTPResponse demand(int status, String nonce) {
        HTTPResponse response = json(status, "{\"error\":\"use_dpop_nonce\"}");
        response.setHeader("dpop-nonce", nonce);
        return response;
    }

    private static HTTPResponse challenge(int status) {
        HTTPResponse response = new HTTPResponse(status);
        response.setHeader("WWW-Authenticate", "DPoP algs=\"ES256\", error=\"use_dpop_nonce\"");
        response.setHeader("DPoP-Nonce", NONCE);
        return response;
    }

    private static HTTPResponse json(int status, String body) {
        HTTPResponse response = new HTTPResponse(status);
        response.setEntityContentType(ContentType.APPLICATION_JSON);
        response.setBody(body);
        return response;
    }
}
