package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jboss.arquillian.container.test.api.Deployment;
import org.jboss.arquillian.junit5.ArquillianExtension;
import org.jboss.shrinkwrap.api.spec.WebArchive;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.ScriptedIssuer.Answer;

/** The client of the issuer in a real container, over real HTTP, against answers good and bad. */
@Tag("alone")
@ExtendWith(ArquillianExtension.class)
class OpenIdProviderArquillianIT {

    private static final String TOKEN = "/v1/token";
    private static final String KEYS = "/v1/keys";
    private static final String USER_INFO = "/v1/userinfo";
    private static final Duration PAST_EVERY_CACHE_AND_BRAKE = Duration.ofHours(2);

    @Inject
    IdentityProvider provider;

    @Inject
    Discovery discovery;

    @Inject
    IssuerKeys keys;

    @Inject
    UpstreamStatus status;

    @Inject
    ScriptedIssuer issuer;

    @Inject
    MovableClock clock;

    @Deployment
    static WebArchive archive() {
        return UpstreamDeployment.archive();
    }

    @BeforeEach
    void freshIssuer() {
        // Arquillian runs this on its own side as well, where nothing is injected.
        if (issuer != null) {
            issuer.reset();
            clock.advance(PAST_EVERY_CACHE_AND_BRAKE);
            discovery.load();
        }
    }

    @Test
    void aSignOnAsksForACodeWithPkceStateAndNonce() {
        SignOnRequest request = provider.begin();

        Map<String, List<String>> query =
                URLUtils.parseParameters(request.location().getRawQuery());
        assertThat(request.location().toString()).startsWith(issuer.issuer() + "/v1/authorize?");
        assertThat(query)
                .containsEntry("response_type", List.of("code"))
                .containsEntry("client_id", List.of(ScriptedIssuer.CLIENT_ID))
                .containsEntry("redirect_uri", List.of("http://localhost:3001/oauth/callback"))
                .containsEntry("scope", List.of("openid profile email offline_access"))
                .containsEntry("code_challenge_method", List.of("S256"))
                .containsEntry("code_challenge", List.of(request.codeVerifier().hash()))
                .containsEntry("state", List.of(request.state().value()))
                .containsEntry("nonce", List.of(request.nonce().value()))
                .doesNotContainKey("resource");
    }

    @Test
    void aSignOnCarriesWhatTheClientDemandsOfIt() {
        SignOnDemands recent = new SignOnDemands(
                false, Optional.of(Duration.ofSeconds(300)), Optional.of("alice@example.com"), List.of("phr", "phrh"));
        SignOnDemands anew = new SignOnDemands(true, Optional.of(Duration.ZERO), Optional.empty(), List.of());

        assertThat(URLUtils.parseParameters(provider.begin(recent).location().getRawQuery()))
                .containsEntry("max_age", List.of("300"))
                .containsEntry("login_hint", List.of("alice@example.com"))
                .containsEntry("acr_values", List.of("phr phrh"))
                .doesNotContainKey("prompt");
        assertThat(URLUtils.parseParameters(provider.begin(anew).location().getRawQuery()))
                .containsEntry("prompt", List.of("login"))
                .doesNotContainKeys("max_age", "login_hint", "acr_values");
    }

    @Test
    void redeemingACodeSaysWhoSignedOn() {
        SignOn signOn = signOn();

        assertThat(signOn.user().id()).isEqualTo("00ualice");
        assertThat(signOn.user().organization())
                .isEqualTo(issuer.issuer().toString().replace("/oauth2/default", ""));
        assertThat(signOn.user().name()).isEqualTo("Alice");
        assertThat(signOn.user().groups()).containsExactlyInAnyOrder("Everyone", "engineering");
        assertThat(signOn.tokens().refreshToken()).contains(new Secret("okta-refresh-token"));
        assertThat(signOn.tokens().accessTokenExpiresAt())
                .isAfter(clock.instant().plusSeconds(3500));
        assertThat(issuer.calls(USER_INFO)).isEmpty();
    }

    @Test
    void theCodeIsRedeemedWithClientSecretAndVerifier() {
        SignOnRequest request = provider.begin();
        issuer.expectNonce(request.nonce().value());

        provider.redeem("the-code", null, request.codeVerifier(), request.nonce());

        ScriptedIssuer.Call call = issuer.calls(TOKEN).get(0);
        String credentials = ScriptedIssuer.CLIENT_ID + ":" + UpstreamDeployment.CLIENT_SECRET;
        assertThat(call.authorization())
                .isEqualTo(
                        "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.US_ASCII)));
        assertThat(call.form())
                .containsEntry("grant_type", "authorization_code")
                .containsEntry("code", "the-code")
                .containsEntry("code_verifier", request.codeVerifier().value())
                .containsEntry("redirect_uri", "http://localhost:3001/oauth/callback");
    }

    @Test
    void whatAThinIdTokenLacksIsReadFromUserInfo() {
        issuer.idToken(claims -> claims.claim("groups", null).claim("email", null));
        issuer.userInfo(Map.of("sub", "00ualice", "email", "a@example.com", "groups", List.of("from-user-info")));

        User user = signOn().user();

        assertThat(user.name()).isEqualTo("Alice");
        assertThat(user.email()).isEqualTo("a@example.com");
        assertThat(user.groups()).containsExactly("from-user-info");
        assertThat(issuer.calls(USER_INFO).get(0).authorization()).isEqualTo("Bearer okta-access-token");
    }

    @Test
    void noGroupsAnywhereMeansNoGroups() {
        issuer.idToken(claims -> claims.claim("groups", null));
        issuer.userInfo(Map.of("sub", "00ualice"));

        assertThat(signOn().user().groups()).isEmpty();
    }

    @Test
    void userInfoAboutSomeoneElseIsRefused() {
        issuer.idToken(claims -> claims.claim("groups", null));
        issuer.userInfo(Map.of("sub", "00umallory", "groups", List.of("admins")));

        assertRefused(this::signOn, Reason.USER_INFO_MISMATCH);
    }

    @Test
    void anIdTokenWithAnotherNonceIsRefused() {
        issuer.idToken(claims -> claims.claim("nonce", "of-another-sign-on"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenWithoutNonceIsRefused() {
        issuer.idToken(claims -> claims.claim("nonce", null));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenForAnotherClientIsRefused() {
        issuer.idToken(claims -> claims.audience("0oaother"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenWhoseAuthorizedPartyIsAnotherIsRefused() {
        issuer.idToken(claims ->
                claims.audience(List.of(ScriptedIssuer.CLIENT_ID, "0oaother")).claim("azp", "0oaother"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenOfAnotherIssuerIsRefused() {
        issuer.idToken(claims -> claims.issuer("https://evil.example/oauth2/default"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anExpiredIdTokenIsRefused() {
        issuer.idToken(claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(125))));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void clocksMayDifferByTwoMinutes() {
        issuer.idToken(claims -> claims.expirationTime(Date.from(Instant.now().minusSeconds(100))));
        assertThatCode(this::signOn).doesNotThrowAnyException();
    }

    @Test
    void anIdTokenWithoutExpiryIsRefused() {
        issuer.idToken(claims -> claims.expirationTime(null));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenWithoutSubjectIsRefused() {
        issuer.idToken(claims -> claims.subject(null));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anAccessTokenThatTheIdTokenDoesNotHashToIsRefused() {
        issuer.idToken(claims -> claims.claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenSignedWithTheClientSecretIsRefused() {
        issuer.idTokenAlgorithm(JWSAlgorithm.HS256);
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void anIdTokenThatIsMissingIsRefused() {
        issuer.tokens(answer -> answer.remove("id_token"));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @Test
    void aRotatedKeyIsFetched() {
        signOn();
        issuer.rotateKeys();

        assertThatCode(this::signOn).doesNotThrowAnyException();
        assertThat(issuer.calls(KEYS)).hasSize(2);
    }

    @Test
    void anAnswerOfAnotherIssuerIsNotRedeemed() {
        SignOnRequest request = provider.begin();

        assertRefused(
                () -> provider.redeem("code", "https://evil.example", request.codeVerifier(), request.nonce()),
                Reason.OKTA_ANSWER_INVALID);
        assertThat(issuer.calls(TOKEN)).isEmpty();
    }

    @Test
    void anIssuerThatNamesItselfMustDoSoInEveryAnswer() {
        issuer.discovery(document -> document.put("authorization_response_iss_parameter_supported", true));
        discovery.load();

        assertRefused(this::signOn, Reason.OKTA_ANSWER_INVALID);
        assertThat(issuer.calls(TOKEN)).isEmpty();
    }

    @Test
    void aRefusedCodeIsNotAnOutage() {
        issuer.answerInstead(TOKEN, Answer.of(400, "{\"error\":\"invalid_grant\"}"));
        assertRefused(this::signOn, Reason.OKTA_ANSWER_INVALID);
    }

    @Test
    void aWrongClientSecretIsTheProxysFault() {
        issuer.answerInstead(TOKEN, Answer.of(401, "{\"error\":\"invalid_client\"}"));
        assertRefused(this::signOn, Reason.OKTA_REFUSED_PROXY);
    }

    @Test
    void aPolicyThatDeniesIsADenial() {
        issuer.answerInstead(TOKEN, Answer.of(400, "{\"error\":\"access_denied\"}"));
        assertRefused(this::signOn, Reason.OKTA_DENIED);
    }

    @Test
    void aSlowTokenEndpointIsAnOutageAndIsAskedOnce() {
        issuer.answerInstead(TOKEN, Answer.none());

        assertUnavailable(this::signOn);
        assertThat(issuer.calls(TOKEN)).hasSize(1);
        assertThat(status.degraded()).isPresent();
    }

    @Test
    void aBrokenTokenEndpointIsAnOutageAndIsAskedOnce() {
        issuer.answerInstead(TOKEN, Answer.of(500, "<html>"));

        assertUnavailable(this::signOn);
        assertThat(issuer.calls(TOKEN)).hasSize(1);
    }

    @Test
    void aBrokenUserInfoEndpointIsAskedTwice() {
        issuer.idToken(claims -> claims.claim("groups", null));
        issuer.answerInstead(USER_INFO, Answer.of(502, ""));

        assertUnavailable(this::signOn);
        assertThat(issuer.calls(USER_INFO)).hasSize(2);
    }

    @Test
    void aRateLimitIsWaitedOutUntilItsReset() {
        long reset = clock.instant().plusSeconds(40).getEpochSecond();
        issuer.answerInstead(TOKEN, Answer.of(429, "{}").with("X-Rate-Limit-Reset", Long.toString(reset)));
        Duration wait = assertUnavailable(this::signOn);
        issuer.reset();

        assertUnavailable(this::signOn);

        assertThat(wait).isBetween(Duration.ofSeconds(38), Duration.ofSeconds(40));
        assertThat(issuer.calls(TOKEN)).isEmpty();
        clock.advance(Duration.ofSeconds(41));
        assertThatCode(this::signOn).doesNotThrowAnyException();
    }

    @Test
    void aRedirectIsNotFollowed() {
        issuer.answerInstead(TOKEN, Answer.of(307, "").with("Location", issuer.issuer() + "/elsewhere"));

        assertRefused(this::signOn, Reason.OKTA_ANSWER_INVALID);
        assertThat(issuer.calls("/elsewhere")).isEmpty();
    }

    /** It would carry the person's access token along. */
    @Test
    void aRedirectOfUserInfoIsNotFollowed() {
        issuer.idToken(claims -> claims.claim("groups", null));
        issuer.answerInstead(USER_INFO, Answer.of(302, "").with("Location", issuer.issuer() + "/elsewhere"));

        assertRefused(this::signOn, Reason.OKTA_ANSWER_INVALID);
        assertThat(issuer.calls("/elsewhere")).isEmpty();
    }

    @Test
    void anEndlessAnswerIsCutOff() {
        issuer.answerInstead(TOKEN, Answer.endless(Answer.Pace.ENDLESS));
        assertUnavailable(this::signOn);
        assertThat(status.degraded()).hasValueSatisfying(why -> assertThat(why).contains("too large"));
    }

    @Test
    void anAnswerThatDripsIsCutOff() {
        issuer.answerInstead(TOKEN, Answer.endless(Answer.Pace.DRIPPING));
        assertUnavailable(this::signOn);
        assertThat(status.degraded()).hasValueSatisfying(why -> assertThat(why).contains("too long"));
    }

    @Test
    void noMoreCallsThanAllowedAreUnderWayAtOnce() throws Exception {
        // A dripping answer notices that its reader has gone; a stalled one would be counted on.
        issuer.answerInstead(TOKEN, Answer.endless(Answer.Pace.DRIPPING));
        List<CompletableFuture<Throwable>> signOns = new ArrayList<>();
        // Threads of its own: the container's pool may run these one after the other, when none would have to wait.
        ExecutorService atOnce = Executors.newFixedThreadPool(10);
        for (int i = 0; i < 10; i++) {
            signOns.add(CompletableFuture.supplyAsync(() -> catchThrowable(this::signOn), atOnce));
        }
        atOnce.shutdown();

        for (CompletableFuture<Throwable> signOn : signOns) {
            assertThat(signOn.get(20, TimeUnit.SECONDS)).isInstanceOf(Rejection.class);
        }
        assertThat(issuer.calls(TOKEN))
                .hasSizeBetween(1, UpstreamDeployment.limits().concurrent());
    }

    @Test
    void aRefreshTokenThatRotatesReplacesTheOldOne() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.tokens(answer -> answer.put("refresh_token", "the-next-refresh-token"));

        UpstreamTokens refreshed = provider.validated(provider.refresh(tokens));

        assertThat(refreshed.refreshToken()).contains(new Secret("the-next-refresh-token"));
        assertThat(issuer.calls(TOKEN).get(1).form())
                .containsEntry("grant_type", "refresh_token")
                .containsEntry("refresh_token", "okta-refresh-token");
    }

    @Test
    void aRefreshTokenThatDoesNotRotateStays() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.tokens(answer -> {
            answer.remove("refresh_token");
            answer.remove("id_token");
        });

        UpstreamTokens refreshed = provider.validated(provider.refresh(tokens));

        assertThat(refreshed.refreshToken()).isEqualTo(tokens.refreshToken());
        assertThat(refreshed.idToken()).isEqualTo(tokens.idToken());
    }

    @Test
    void aRefreshedIdTokenOfAnotherPersonIsRefused() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.idToken(claims -> claims.subject("00umallory"));

        RefreshedTokens refreshed = provider.refresh(tokens);

        assertThat(refreshed.tokens().idToken()).isEqualTo(tokens.idToken());
        assertRefused(() -> provider.validated(refreshed), Reason.ID_TOKEN_INVALID);
    }

    @Test
    void aNewRefreshTokenIsNotLostWhereTheKeysCannotBeHad() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.tokens(answer -> answer.put("refresh_token", "the-next-refresh-token"));
        clock.advance(PAST_EVERY_CACHE_AND_BRAKE);
        issuer.answerInstead(KEYS, Answer.of(500, ""));

        RefreshedTokens refreshed = provider.refresh(tokens);

        assertThat(refreshed.tokens().refreshToken()).contains(new Secret("the-next-refresh-token"));
        assertUnavailable(() -> provider.validated(refreshed));
    }

    @Test
    void aNewRefreshTokenIsNotLostWhereItsIdTokenCannotBeValidated() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.tokens(answer -> answer.put("refresh_token", "the-next-refresh-token"));
        issuer.idToken(claims -> claims.audience("0oaother").subject("00umallory"));

        UpstreamTokens refreshed = provider.validated(provider.refresh(tokens));

        assertThat(refreshed.refreshToken()).contains(new Secret("the-next-refresh-token"));
        assertThat(refreshed.idToken()).isEqualTo(tokens.idToken());
    }

    @Test
    void onlyATrueInvalidGrantEndsTheSession() {
        UpstreamTokens tokens = signOn().tokens();

        issuer.answerInstead(TOKEN, Answer.of(503, "{\"error\":\"invalid_grant\"}"));
        assertUnavailable(() -> provider.refresh(tokens));
        issuer.answerInstead(TOKEN, Answer.of(400, "{\"error\":\"invalid_grant\"}"));
        assertRefused(() -> provider.refresh(tokens), Reason.OKTA_SESSION_ENDED);
    }

    @Test
    void revokingEndsTheRefreshToken() {
        UpstreamTokens tokens = signOn().tokens();

        provider.revoke(tokens);

        assertThat(issuer.calls("/v1/revoke").get(0).form())
                .containsEntry("token", "okta-refresh-token")
                .containsEntry("token_type_hint", "refresh_token");
    }

    @Test
    void whatCouldNotBeRevokedIsSaid() {
        UpstreamTokens tokens = signOn().tokens();
        issuer.answerInstead("/v1/revoke", Answer.of(500, ""));

        assertUnavailable(() -> provider.revoke(tokens));

        issuer.answerInstead("/v1/revoke", Answer.of(401, "{\"error\":\"invalid_client\"}"));
        assertRefused(() -> provider.revoke(tokens), Reason.OKTA_REFUSED_PROXY);
    }

    @Test
    void endingTheSessionLeadsToTheIssuersOwnEndpoint() {
        Secret idToken = signOn().tokens().idToken().orElseThrow();

        Optional<URI> location = provider.endSession(idToken, URI.create("http://localhost:3001/"));

        assertThat(location.orElseThrow().toString())
                .startsWith(issuer.issuer() + "/v1/logout?")
                .contains("id_token_hint=" + idToken.value())
                .contains("client_id=" + ScriptedIssuer.CLIENT_ID)
                .contains("post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A3001%2F");
    }

    @Test
    void discoveryThatSpeaksOfAnotherIssuerIsNotBelieved() {
        issuer.discovery(document -> document.put("issuer", "https://evil.example"));

        assertRefused(discovery::load, Reason.OKTA_ANSWER_INVALID);
        assertThat(discovery.current().issuer()).isEqualTo(issuer.issuer());
    }

    /** As Auth0 does; what it signs names it the same way. */
    @Test
    void anIssuerMayEndInASlash() {
        String name = issuer.issuer() + "/";
        issuer.discovery(document -> document.put("issuer", name));
        discovery.load();
        issuer.idToken(claims -> claims.issuer(name));

        assertThat(signOn().user().id()).isEqualTo("00ualice");
        assertThat(provider.issuer()).hasToString(name);

        issuer.idToken(claims -> claims.issuer(issuer.issuer().toString()));
        assertRefused(this::signOn, Reason.ID_TOKEN_INVALID);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "/evil", "?", "evil"})
    void anIssuerMayAddNothingElseToItsName(String more) {
        issuer.discovery(document -> document.put("issuer", issuer.issuer() + more));

        assertRefused(discovery::load, Reason.OKTA_ANSWER_INVALID);
    }

    @Test
    void anEndpointWithoutTlsIsNotBelieved() {
        issuer.discovery(document -> document.put("token_endpoint", "http://okta.example/v1/token"));
        assertRefused(discovery::load, Reason.OKTA_ANSWER_INVALID);
    }

    @Test
    void discoveryAndKeysLoadByThemselves() {
        Instant deadline = Instant.now().plusSeconds(10);
        while (!status.ready() && Instant.now().isBefore(deadline)) {
            LockSupport.parkNanos(20_000_000);
        }
        assertThat(status.ready()).isTrue();
    }

    private SignOn signOn() {
        SignOnRequest request = provider.begin();
        issuer.expectNonce(request.nonce().value());
        return provider.redeem("a-code", null, request.codeVerifier(), request.nonce());
    }

    private static Duration assertUnavailable(ThrowingCallable call) {
        Rejection rejection = assertRefused(call, Reason.OKTA_UNAVAILABLE);
        assertThat(rejection.retryAfter()).isPresent();
        return rejection.retryAfter().orElseThrow();
    }

    private static Rejection assertRefused(ThrowingCallable call, Reason reason) {
        AbstractThrowableAssert<?, ?> thrown = assertThatThrownBy(call);
        Rejection[] rejection = new Rejection[1];
        thrown.asInstanceOf(type(Rejection.class)).satisfies(caught -> {
            assertThat(caught.reason()).isEqualTo(reason);
            rejection[0] = caught;
        });
        return rejection[0];
    }
}
