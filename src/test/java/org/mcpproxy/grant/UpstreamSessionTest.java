package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.upstream.PossessionKey;
import org.mcpproxy.upstream.SignOn;
import org.mcpproxy.upstream.UpstreamTokens;

class UpstreamSessionTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final UpstreamSession session = endpoint.session;
    private final String grant = endpoint.grant("client").id();

    @Test
    void freshTokensAreGivenAsTheyAre() {
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-1"));
        assertThat(endpoint.okta.refreshed()).isEmpty();
    }

    @Test
    void tokensThatEndSoonAreRefreshedAndTheNewOnesKept() {
        endpoint.clock.advance(Duration.ofMinutes(59).plusSeconds(1));

        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    @Test
    void ofManyWhoNeedFreshTokensAtOnceOneRefreshes() {
        endpoint.clock.advance(Duration.ofHours(2));

        List<UpstreamTokens> tokens = Race.of(100, () -> session.fresh(grant));

        assertThat(endpoint.okta.refreshed()).hasSize(1);
        assertThat(endpoint.okta.mostRefreshesAtOnce()).isEqualTo(1);
        assertThat(tokens.stream().distinct()).hasSize(1);
    }

    @Test
    void ofManyOnTwoNodesWhoNeedFreshTokensAtOnceOneRefreshes() {
        UpstreamSession otherNode = session(endpoint.store.beside(endpoint.clock).upstream);
        AtomicInteger numbers = new AtomicInteger();
        endpoint.clock.advance(Duration.ofHours(2));

        List<UpstreamTokens> tokens =
                Race.of(200, () -> (numbers.incrementAndGet() % 2 == 0 ? session : otherNode).fresh(grant));

        assertThat(endpoint.okta.refreshed()).hasSize(1);
        assertThat(tokens.stream().distinct()).hasSize(1);
    }

    @Test
    void aNodeThatDiesWithTheLeaseHoldsTheOthersUpForItsTimeOnly() throws Exception {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.upstream.lease(grant, "a node that died", Duration.ofSeconds(20));
        FutureTask<UpstreamTokens> fresh = new FutureTask<>(() -> session.fresh(grant));
        Thread waiting = new Thread(fresh);
        waiting.start();
        while (waiting.getState() != Thread.State.TIMED_WAITING) {
            Thread.onSpinWait();
        }
        assertThat(endpoint.okta.refreshed()).isEmpty();

        endpoint.clock.advance(Duration.ofSeconds(20));

        assertThat(fresh.get(20, TimeUnit.SECONDS).accessToken()).isEqualTo(new Secret("okta-access-2"));
    }

    @Test
    void ofManyOnTwoNodesWhoWaitForADeadHolderOneRefreshesWhenItsTimeIsOver() throws Exception {
        UpstreamSession otherNode = session(endpoint.store.beside(endpoint.clock).upstream);
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.upstream.lease(grant, "a node that died", Duration.ofSeconds(20));
        List<FutureTask<UpstreamTokens>> waiting = Stream.of(session, otherNode)
                .flatMap(node -> Stream.generate(() -> new FutureTask<>(() -> node.fresh(grant)))
                        .limit(20))
                .toList();
        List<Thread> threads = waiting.stream().map(Thread::new).toList();
        threads.forEach(Thread::start);
        threads.forEach(UpstreamSessionTest::waitUntilItWaitsOrIsOver);
        assertThat(endpoint.okta.refreshed()).isEmpty();

        endpoint.clock.advance(Duration.ofSeconds(20));

        for (FutureTask<UpstreamTokens> one : waiting) {
            assertThat(one.get(30, TimeUnit.SECONDS).accessToken()).isEqualTo(new Secret("okta-access-2"));
        }
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** A wrong setting must not cost everybody a sign-on: the old refresh token is dead by then. */
    @Test
    void anAccessTokenOfAnotherTypeIsGivenToNobodyAndTheSessionGoesOn() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.refreshesUsably(false);

        for (int i = 0; i < 2; i++) {
            assertRefused(Reason.OKTA_ANSWER_INVALID, () -> session.fresh(grant));
        }
        endpoint.okta.refreshesUsably(true);

        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-4"));
        assertThat(endpoint.okta.refreshed())
                .extracting(tokens -> tokens.refreshToken().orElseThrow())
                .containsExactly(
                        new Secret("okta-refresh-1"), new Secret("okta-refresh-2"), new Secret("okta-refresh-3"));
    }

    /** Okta's old refresh token is dead by then. */
    @Test
    void whatOktaHasRotatedIsKeptThoughTheStoreIsAwayForAMoment() {
        FailingSessions failing = new FailingSessions(endpoint.upstream);
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> failing.failToSave(3));

        UpstreamTokens tokens = session(failing).fresh(grant);

        assertThat(session.fresh(grant)).isEqualTo(tokens);
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** The store comes back, and both try at once: the one with Okta's new tokens, and one who finds the old ones. */
    @Test
    void afterAnOutageLongerThanTheLeaseWhoHasNewTokensGoesFirst() throws Exception {
        FailingSessions failing = new FailingSessions(endpoint.upstream);
        UpstreamSession otherNode = session(endpoint.store.beside(endpoint.clock).upstream);
        FutureTask<UpstreamTokens> other = new FutureTask<>(() -> otherNode.fresh(grant));
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            endpoint.clock.advance(SessionTurns.LEASE);
            failing.failToSave(3);
            Thread asking = new Thread(other);
            asking.start();
            waitUntilItWaitsOrIsOver(asking);
        });

        UpstreamTokens tokens = session(failing).fresh(grant);

        assertThat(other.get(20, TimeUnit.SECONDS)).isEqualTo(tokens);
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** Each would hold a thread, and those who need nothing of Okta would find none. */
    @Test
    void soManyMayWaitForASlowOktaAndTheOthersComeAgain() throws Exception {
        endpoint.clock.advance(Duration.ofHours(2));
        CountDownLatch answer = new CountDownLatch(1);
        endpoint.okta.duringRefresh(() -> awaitOf(answer));
        List<FutureTask<UpstreamTokens>> waiting = Stream.generate(() -> new FutureTask<>(() -> session.fresh(grant)))
                .limit(SessionTurns.PLACES)
                .toList();
        List<Thread> threads = waiting.stream().map(Thread::new).toList();
        threads.forEach(Thread::start);
        threads.forEach(UpstreamSessionTest::waitUntilItWaitsOrIsOver);

        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.fresh(grant));

        answer.countDown();
        for (FutureTask<UpstreamTokens> one : waiting) {
            assertThat(one.get(30, TimeUnit.SECONDS).accessToken()).isEqualTo(new Secret("okta-access-2"));
        }
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
    }

    @Test
    void aLeaseThatCannotBeGivenBackHidesNoOutcome() {
        FailingSessions failing = new FailingSessions(endpoint.upstream);
        failing.failToRelease();
        endpoint.clock.advance(Duration.ofHours(2));

        assertThat(session(failing).fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));

        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        });
        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session(failing).fresh(grant));
    }

    /** A forgotten SESSION_SECRET_KEY_PREVIOUS says nothing about the session. */
    @Test
    void tokensThatAnUnknownSecretSealedAreNoEndOfTheSession() {
        KeyRing other = KeyRing.of(new SecretKeyMaterial("x".repeat(32).getBytes(StandardCharsets.UTF_8)));
        UpstreamSession elsewhere = new UpstreamSession(
                endpoint.upstream, endpoint.okta, Samples.settings(other), Samples.RANDOM, endpoint.clock);

        assertRefused(Reason.SECRET_KEY_UNKNOWN, () -> elsewhere.fresh(grant));

        assertThat(session.fresh(grant)).isNotNull();
    }

    /** It is kept with the tokens: whichever node refreshes them proves possession of the same key. */
    @Test
    void theKeyThatTheTokensAreBoundToIsKnownOnEveryNode() {
        PossessionKey key = new PossessionKey(new Secret("{\"kty\":\"EC\"}"));
        UpstreamTokens tokens = new UpstreamTokens(
                new Secret("bound"),
                Optional.empty(),
                Optional.empty(),
                endpoint.clock.instant().plus(Duration.ofHours(1)),
                Optional.of(key));

        session.keep(grant, tokens);

        UpstreamSession otherNode = session(endpoint.store.beside(endpoint.clock).upstream);
        assertThat(otherNode.fresh(grant).possessionKey()).contains(key);
    }

    @Test
    void anOutageKeepsTheSession() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(5));
        });
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.fresh(grant));

        endpoint.okta.duringRefresh(() -> {});
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
    }

    @Test
    void withoutARefreshTokenTheSessionEndsWithItsAccessToken() {
        session.keep(
                grant,
                new UpstreamTokens(
                        new Secret("only"),
                        Optional.empty(),
                        Optional.empty(),
                        endpoint.clock.instant().plus(Duration.ofHours(1)),
                        Optional.empty()));
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("only"));
        endpoint.clock.advance(Duration.ofHours(1));

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));
    }

    @Test
    void tokensAreSealedAtRest() {
        byte[] kept = endpoint.upstream.find(grant).orElseThrow();

        assertThat(new String(kept, StandardCharsets.ISO_8859_1)).doesNotContain("okta-", "access_token");
    }

    @Test
    void anotherGrantsTokensAreNotOpened() {
        endpoint.upstream.save("another", endpoint.upstream.find(grant).orElseThrow());

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh("another"));
    }

    @Test
    void alteredTokensAreNotOpened() {
        byte[] kept = endpoint.upstream.find(grant).orElseThrow().clone();
        kept[kept.length - 1] ^= 1;
        endpoint.upstream.save(grant, kept);

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));
    }

    @Test
    void anEndedSessionIsForgottenHereAndRevokedAtOkta() {
        session.end(grant);
        session.end(grant);

        assertThat(endpoint.upstream.find(grant)).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));
    }

    /** Else the new tokens would stay behind when the grant is gone, and live on at Okta. */
    @Test
    void anEndDuringARefreshRevokesWhatTheRefreshBrought() throws InterruptedException {
        endpoint.clock.advance(Duration.ofHours(2));
        Thread end = new Thread(() -> session.end(grant));
        endpoint.okta.duringRefresh(() -> {
            end.start();
            waitUntilItWaitsOrIsOver(end);
        });
        UpstreamTokens brought = session.fresh(grant);
        end.join(Duration.ofSeconds(30).toMillis());

        assertThat(endpoint.upstream.find(grant)).isEmpty();
        assertThat(endpoint.okta.revoked()).containsExactly(brought);
    }

    /** Validating may ask Okta for its keys, and take long. */
    @Test
    void whatOktaHasRotatedIsKeptBeforeItsIdTokenIsLookedAt() {
        byte[] before = endpoint.upstream.find(grant).orElseThrow();
        endpoint.clock.advance(Duration.ofHours(2));
        List<byte[]> during = new ArrayList<>();
        endpoint.okta.duringValidation(
                () -> during.add(endpoint.upstream.find(grant).orElseThrow()));

        session.fresh(grant);

        assertThat(during).hasSize(1).doesNotContain(before);
    }

    @Test
    void anotherPersonsTokensEndTheSession() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringValidation(() -> {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        });

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));
        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));
    }

    /** Okta's new refresh token is kept by then, and Okta is not asked for another. */
    @Test
    void thatOktasKeysCannotBeHadIsNoEndOfTheSession() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringValidation(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(15));
        });
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.fresh(grant));
        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.fresh(grant));

        endpoint.okta.duringValidation(() -> {});
        assertThat(session.fresh(grant).refreshToken()).contains(new Secret("okta-refresh-2"));
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** Such as where the node died between the two. */
    @Test
    void tokensWhoseIdTokenNobodyHasLookedAtAreGivenToNobody() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringValidation(() -> {
            throw new IllegalStateException("killed");
        });
        assertThatThrownBy(() -> session.fresh(grant)).hasMessage("killed");

        endpoint.okta.duringValidation(() -> {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        });
        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));

        endpoint.okta.duringValidation(() -> {});
        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
        assertThat(endpoint.okta.refreshed()).hasSize(1);
    }

    /** His answer came after its lease: another has refreshed since, with the newer token. */
    @Test
    void whoComesLateDoesNotOverwriteWhatAnotherRefreshed() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> {
            endpoint.okta.duringRefresh(() -> {});
            endpoint.clock.advance(SessionTurns.LEASE);
            session(endpoint.store.beside(endpoint.clock).upstream).fresh(grant);
        });

        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.fresh(grant));

        assertThat(session.fresh(grant).accessToken()).isEqualTo(new Secret("okta-access-2"));
        assertThat(endpoint.okta.revoked()).isEmpty();
    }

    @Test
    void whatCannotBeRevokedForNowIsKeptForLater() {
        endpoint.okta.duringRevocation(() -> {
            throw Rejection.until(Reason.OKTA_UNAVAILABLE, Duration.ofSeconds(5));
        });

        assertRefused(Reason.OKTA_UNAVAILABLE, () -> session.end(grant));

        assertThat(endpoint.upstream.find(grant)).isPresent();
    }

    /** Nobody else would ever know of them. */
    @Test
    void whatASignOnBroughtAndCouldNotBeKeptIsRevoked() {
        FailingSessions failing = new FailingSessions(endpoint.upstream);
        failing.failToSave(1);
        Granting granting = new Granting(
                endpoint.grants,
                endpoint.store.asserted,
                endpoint.codes,
                session(failing),
                id -> Optional.empty(),
                endpoint.settings,
                Samples.RANDOM,
                endpoint.clock);
        UpstreamTokens tokens = endpoint.okta.issue();

        assertRefused(
                Reason.STORE_UNAVAILABLE,
                () -> granting.open(
                        new SignOn(Samples.ALICE, tokens, AuthenticationEvent.UNKNOWN),
                        "client",
                        Scopes.offered(),
                        Samples.RESOURCES));

        assertThat(endpoint.okta.revoked()).containsExactly(tokens);
    }

    private UpstreamSession session(UpstreamSessions sessions) {
        return new UpstreamSession(sessions, endpoint.okta, endpoint.settings, Samples.RANDOM, endpoint.clock);
    }

    /** As it happens where a node was away for longer than its lease. */
    @Test
    void whatARefreshBringsForASessionThatHasGoneIsRevoked() {
        endpoint.clock.advance(Duration.ofHours(2));
        endpoint.okta.duringRefresh(() -> endpoint.upstream.remove(grant));

        assertRefused(Reason.OKTA_SESSION_ENDED, () -> session.fresh(grant));

        assertThat(endpoint.upstream.find(grant)).isEmpty();
        assertThat(endpoint.okta.revoked())
                .extracting(UpstreamTokens::accessToken)
                .containsExactly(new Secret("okta-access-2"));
    }

    private static void waitUntilItWaitsOrIsOver(Thread thread) {
        while (thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }

    private static void awaitOf(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
