package org.mcpproxy.grant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
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
                        endpoint.clock.instant().plus(Duration.ofHours(1))));
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
        kept[20] ^= 1;
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
    void anEndDuringARefreshRevokesWhatTheRefreshBrought() {
        endpoint.clock.advance(Duration.ofHours(2));
        CountDownLatch underWay = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        endpoint.okta.duringRefresh(() -> {
            underWay.countDown();
            await(goOn);
        });
        CompletableFuture<UpstreamTokens> refresh = CompletableFuture.supplyAsync(() -> session.fresh(grant));
        await(underWay);
        CompletableFuture<Void> end = CompletableFuture.runAsync(() -> session.end(grant));
        goOn.countDown();
        UpstreamTokens brought = refresh.join();
        end.join();

        assertThat(endpoint.upstream.find(grant)).isEmpty();
        assertThat(endpoint.okta.revoked()).containsExactly(brought);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
