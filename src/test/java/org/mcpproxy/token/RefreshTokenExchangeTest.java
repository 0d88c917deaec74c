package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import com.nimbusds.oauth2.sdk.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

class RefreshTokenExchangeTest {

    private static final Duration GRACE = Duration.ofSeconds(90);
    private static final Duration OKTA_LIFETIME = Duration.ofHours(1);

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Client client = Samples.client("client");
    private final Grant grant = endpoint.grant("client");
    private final Secret first = endpoint.redeem(client, codeRequest(endpoint.code(grant)))
            .refreshToken()
            .orElseThrow();

    @Test
    void aRefreshTokenIsExchangedForAnother() {
        TokenAnswer answer = endpoint.refresh(client, first);

        Secret second = answer.refreshToken().orElseThrow();
        assertThat(second).isNotEqualTo(first);
        assertThat(endpoint.accessTokens
                        .verify(answer.accessToken(), Samples.RESOURCE)
                        .grantId())
                .isEqualTo(grant.id());
        assertThat(endpoint.refresh(client, second).refreshToken()).isPresent();
    }

    /** A file that an administrator has cut back counts as it is now; what was granted before does not. */
    @Test
    void whatTheFileNoLongerAllowsIsNotRefreshed() {
        Set<String> both = Set.of(Samples.RESOURCE, Samples.ISSUER + "/files/mcp");
        endpoint.written(new PreregisteredClient(client, both, Set.of(), Set.of()));
        Secret second = endpoint.refresh(client, first).refreshToken().orElseThrow();

        endpoint.written(new PreregisteredClient(client, Set.of(Samples.ISSUER + "/files/mcp"), Set.of(), Set.of()));
        assertRefused(Reason.CLIENT_CUT_BACK, () -> endpoint.refresh(client, second));

        endpoint.written(
                new PreregisteredClient(Samples.client("client", new Scope("other")), both, Set.of(), Set.of()));
        assertRefused(Reason.CLIENT_CUT_BACK, () -> endpoint.refresh(client, second));
        assertRefused(
                Reason.CLIENT_CUT_BACK,
                () -> endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client")))));
    }

    /** It may have lost the first answer. */
    @Test
    void whoAsksAgainWithinTheGraceGetsTheSameAnswer() {
        TokenAnswer answer = endpoint.refresh(client, first);
        endpoint.clock.advance(GRACE.minusSeconds(1));

        assertThat(endpoint.refresh(client, first)).isEqualTo(answer);
        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    /** RFC 6749 6: a client that asks for less is not handed more. */
    @Test
    void whoAsksAgainForLessGetsLess() {
        TokenAnswer answer = endpoint.refresh(client, first);

        TokenAnswer less = endpoint.refresh(client, first, "scope", "mcp");

        assertThat(answer.scope().toStringList()).hasSizeGreaterThan(1);
        assertThat(less.scope().toStringList()).containsExactly("mcp");
        assertThat(less.refreshToken()).isEqualTo(answer.refreshToken());
        assertThat(less.accessToken()).isNotEqualTo(answer.accessToken());
    }

    @Test
    void whoAsksAgainGetsTheSameAnswerThoughOktaIsOut() {
        endpoint.clock.advance(OKTA_LIFETIME.minusSeconds(61));
        TokenAnswer answer = endpoint.refresh(client, first);
        endpoint.clock.advance(GRACE.minusSeconds(1));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(7));
        });

        assertThat(endpoint.refresh(client, first)).isEqualTo(answer);
    }

    @Test
    void aReuseAfterTheGraceEndsTheFamily() {
        Secret second = endpoint.refresh(client, first).refreshToken().orElseThrow();
        endpoint.clock.advance(GRACE);

        assertRefused(Reason.REFRESH_TOKEN_REUSED, () -> endpoint.refresh(client, first));

        assertEnded(Cause.REFRESH_TOKEN_REUSED);
        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, second));
    }

    @Test
    void aReuseEndsTheFamilyAlthoughTheUsedTokenIsNoLongerKept() {
        Secret second = endpoint.refresh(client, first).refreshToken().orElseThrow();
        endpoint.clock.advance(GRACE);
        endpoint.store.sweepUsedRefreshTokens();

        assertRefused(Reason.REFRESH_TOKEN_REUSED, () -> endpoint.refresh(client, first));

        assertEnded(Cause.REFRESH_TOKEN_REUSED);
        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, second));
        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, first));
    }

    /** Its answer may still be on the way to one process while another has gone on. */
    @Test
    void withinTheGraceAnOldTokenGetsItsAnswerAlthoughTheSuccessorWasUsed() {
        TokenAnswer answer = endpoint.refresh(client, first);
        endpoint.refresh(client, answer.refreshToken().orElseThrow());

        assertThat(endpoint.refresh(client, first)).isEqualTo(answer);
        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    @Test
    void theAnswerThatIsGivenAgainTellsTheSecondsThatRemain() {
        TokenAnswer answer = endpoint.refresh(client, first);
        endpoint.clock.advance(Duration.ofSeconds(30));

        assertThat(endpoint.refresh(client, first).toResponse(endpoint.clock.instant()))
                .containsEntry("expires_in", 570L)
                .containsEntry("access_token", answer.accessToken().value());
    }

    @Test
    void ofManyWhoRefreshAtOnceAllGetOneAnswerAndTheFamilyLives() {
        List<TokenAnswer> answers = Race.of(100, () -> endpoint.refresh(client, first));

        assertThat(answers.stream().distinct()).hasSize(1);
        assertThat(endpoint.grants.find(grant.id())).isPresent();
        assertThat(endpoint.refresh(client, answers.get(0).refreshToken().orElseThrow()))
                .isNotNull();
    }

    @Test
    void aTokenInAnotherClientsHandsEndsTheFamily() {
        endpoint.users.clear();

        assertRefused(Reason.REFRESH_TOKEN_OF_OTHER_CLIENT, () -> endpoint.refresh(Samples.client("thief"), first));

        assertEnded(Cause.REFRESH_TOKEN_REUSED);
        assertThat(endpoint.users).containsExactly(grant.user().id());
    }

    /** The answer of a grace is for the client that it was given to. */
    @Test
    void anotherClientDoesNotGetTheAnswerAgain() {
        endpoint.refresh(client, first);

        assertRefused(Reason.REFRESH_TOKEN_OF_OTHER_CLIENT, () -> endpoint.refresh(Samples.client("thief"), first));
    }

    @Test
    void anEndedGrantGivesNothingNotEvenTheSameAnswerAgain() {
        endpoint.refresh(client, first);
        endpoint.ending.end(grant.id(), Cause.REVOKED_BY_CLIENT, Samples.TRAIL);

        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, first));
    }

    @Test
    void aTokenThatNobodyUsedExpires() {
        endpoint.clock.advance(Duration.ofDays(30));

        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, first));
    }

    @ParameterizedTest
    @ValueSource(strings = {"guess", "a.b", ".", "..", "a.b.c", "\u00e9.\u00e9", "one."})
    void whatIsNoTokenOfOursIsUnknownAndEndsNothing(String foreign) {
        assertRefused(Reason.REFRESH_TOKEN_UNKNOWN, () -> endpoint.refresh(client, new Secret(foreign)));

        assertThat(endpoint.refresh(client, first)).isNotNull();
    }

    @Test
    void aNarrowerScopeIsForThisAccessTokenAlone() {
        TokenAnswer narrow = endpoint.refresh(client, first, "scope", "mcp");
        assertThat(narrow.scope().toStringList()).containsExactly("mcp");

        assertThat(endpoint.refresh(client, narrow.refreshToken().orElseThrow()).scope())
                .isEqualTo(grant.scope());
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp admin", "groups", ",", "é", "\u00a0", "mcp\tadmin", "MCP"})
    void aScopeThatWasNotGrantedIsRefusedAndTheTokenStaysGood(String scope) {
        assertRefused(Reason.SCOPE_EXCEEDS_GRANT, () -> endpoint.refresh(client, first, "scope", scope));

        assertThat(endpoint.refresh(client, first)).isNotNull();
    }

    @Test
    void aResourceThatWasNotGrantedIsRefused() {
        assertRefused(
                Reason.RESOURCE_MISMATCH,
                () -> endpoint.refresh(client, first, "resource", "https://other.example/mcp"));
    }

    @Test
    void oktasEndOfTheSessionEndsTheGrant() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        });

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> endpoint.refresh(client, first));

        assertEnded(Cause.OKTA_SESSION_ENDED);
    }

    @Test
    void anOutageOfOktaEndsNothingAndUsesNothingUp() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(7));
        });
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> endpoint.refresh(client, first));

        endpoint.okta.duringRefresh(() -> {});
        assertThat(endpoint.refresh(client, first).refreshToken()).isPresent();
        assertThat(endpoint.audit).noneMatch(GrantRevoked.class::isInstance);
    }

    /** The refresh at Okta went well; whose its ID token is nobody can tell. */
    @Test
    void thatOktasKeysCannotBeHadEndsNothingAndUsesNothingUp() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringValidation(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(7));
        });
        Rejection refused = catchThrowableOfType(Rejection.class, () -> endpoint.refresh(client, first));
        assertThat(refused.reason().status()).isEqualTo(503);
        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(7));

        endpoint.okta.duringValidation(() -> {});
        assertThat(endpoint.refresh(client, first).refreshToken()).isPresent();
        assertThat(endpoint.audit).noneMatch(GrantRevoked.class::isInstance);
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** What is kept for a client that asks again does not give its tokens away. */
    @Test
    void theKeptAnswerIsSealed() {
        TokenAnswer answer = endpoint.refresh(client, first);

        assertThat(new String(kept(), StandardCharsets.ISO_8859_1))
                .doesNotContain(answer.accessToken().value().substring(0, 20), "access_token");
    }

    /** The store has the token's hash. */
    @Test
    void theKeptAnswerIsNotOpenedByTheServersKeyAndACopyOfTheStore() {
        endpoint.refresh(client, first);

        KeyRing secrets = endpoint.settings.secretKeys();
        byte[] hash = Base64.getUrlDecoder().decode(first.hash());
        byte[] hashAsKept = first.hash().getBytes(StandardCharsets.US_ASCII);
        Stream.of(
                        secrets.box("repeated-answer", Samples.RANDOM),
                        secrets.box("repeated-answer", hash, Samples.RANDOM),
                        secrets.box("repeated-answer", hashAsKept, Samples.RANDOM))
                .forEach(withoutTheToken ->
                        assertThat(withoutTheToken.open(kept(), first.hash())).isEmpty());
    }

    private byte[] kept() {
        return endpoint.refreshTokens
                .find(first.hash())
                .orElseThrow()
                .rotation()
                .orElseThrow()
                .sealedAnswer();
    }

    private void assertEnded(Cause cause) {
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
        assertThat(endpoint.audit)
                .filteredOn(GrantRevoked.class::isInstance)
                .hasSize(1)
                .allMatch(event -> ((GrantRevoked) event).cause() == cause);
    }
}
