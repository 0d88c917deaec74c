package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.store.Databases;
import org.mcpproxy.store.OnEachDatabase;

@OnEachDatabase
class TwoNodesTest {

    private final TokenEndpoint one;
    private final TokenEndpoint two;
    private final Client client = Samples.client("client");
    private final Grant grant;
    private final AtomicInteger requests = new AtomicInteger();

    TwoNodesTest(Databases kind) {
        one = new TokenEndpoint(kind);
        two = one.beside();
        grant = one.grant("client");
    }

    @Test
    void ofManyWhoRedeemOneCodeNoMoreThanOneGetsTokensAndTheGrantEnds() {
        Secret code = one.code(grant);

        List<Optional<Reason>> outcomes = Race.of(200, () -> outcome(() -> either().redeem(client, codeRequest(code))));

        assertThat(outcomes.stream().filter(Optional::isEmpty)).hasSize(1);
        assertThat(outcomes.stream().flatMap(Optional::stream))
                .allMatch(reason -> reason == Reason.CODE_REPLAYED || reason == Reason.GRANT_ENDED);
        assertThat(one.grants.find(grant.id())).isEmpty();
        assertThat(one.okta.revoked()).hasSize(1);
        assertThat(one.audit.stream().filter(GrantRevoked.class::isInstance)).hasSize(1);
    }

    @Test
    void ofManyWhoUseOneRefreshTokenAllGetTheSameTokens() {
        Secret first = firstRefreshToken();
        one.clock.advance(Duration.ofHours(2));

        List<TokenAnswer> answers = Race.of(200, () -> either().refresh(client, first));

        assertThat(answers.stream().distinct()).hasSize(1);
        assertThat(one.okta.refreshed()).hasSize(1);
        assertThat(two.refresh(client, answers.get(0).refreshToken().orElseThrow()))
                .isNotNull();
    }

    @Test
    void aRepeatAtTheOtherNodeGetsTheSameTokens() {
        Secret first = firstRefreshToken();
        TokenAnswer answer = one.refresh(client, first);

        assertThat(two.refresh(client, first)).isEqualTo(answer);
    }

    /** Each of them asks a second later than another did, and the grace is over before the last. */
    @Test
    void whereTheGraceEndsWhileManyAskAgainNobodyGetsOtherTokensAndTheGrantEnds() {
        Secret first = firstRefreshToken();
        Duration grace = one.settings.lifetimes().refreshGrace();
        List<TokenAnswer> given = new CopyOnWriteArrayList<>();
        given.add(one.refresh(client, first));

        List<Optional<Reason>> outcomes = Race.of(2 * (int) grace.toSeconds(), () -> {
            one.clock.advance(Duration.ofSeconds(1));
            return outcome(() -> given.add(either().refresh(client, first)));
        });

        assertThat(given.stream().distinct()).hasSize(1);
        assertThat(outcomes.stream().flatMap(Optional::stream))
                .isSubsetOf(Reason.REFRESH_TOKEN_REUSED, Reason.REFRESH_TOKEN_UNKNOWN, Reason.GRANT_ENDED);
        one.clock.advance(grace);
        assertThat(outcome(() -> two.refresh(client, first))).isPresent();
        assertThat(one.grants.find(grant.id())).isEmpty();
        assertThat(one.okta.revoked()).hasSize(1);
        assertThat(one.audit.stream().filter(GrantRevoked.class::isInstance)).hasSize(1);
        assertThat(outcome(() -> two.refresh(client, given.get(0).refreshToken().orElseThrow())))
                .contains(Reason.REFRESH_TOKEN_UNKNOWN);
    }

    @Test
    void aGrantThatEndsWhileItIsRefreshedLeavesNothing() {
        Secret first = firstRefreshToken();
        one.clock.advance(Duration.ofHours(2));

        List<Optional<Reason>> outcomes = Race.of(50, () -> outcome(() -> refreshOrEnd(first)));

        assertThat(outcomes.stream().flatMap(Optional::stream))
                .isSubsetOf(Reason.GRANT_ENDED, Reason.REFRESH_TOKEN_UNKNOWN, Reason.OKTA_SESSION_ENDED);
        assertThat(one.grants.find(grant.id())).isEmpty();
        assertThat(one.upstream.find(grant.id())).isEmpty();
        assertThat(one.okta.revoked()).hasSize(1);
        assertThat(Stream.of(outcome(() -> two.refresh(client, first))))
                .containsExactly(Optional.of(Reason.REFRESH_TOKEN_UNKNOWN));
    }

    private void refreshOrEnd(Secret refreshToken) {
        if (requests.incrementAndGet() % 5 == 0) {
            one.ending.end(grant.id(), Cause.REVOKED_BY_CLIENT, Samples.TRAIL);
        } else {
            either().refresh(client, refreshToken);
        }
    }

    private Secret firstRefreshToken() {
        return one.redeem(client, codeRequest(one.code(grant))).refreshToken().orElseThrow();
    }

    private TokenEndpoint either() {
        return requests.incrementAndGet() % 2 == 0 ? one : two;
    }

    private static Optional<Reason> outcome(Runnable request) {
        try {
            request.run();
            return Optional.empty();
        } catch (Rejection rejection) {
            return Optional.of(rejection.reason());
        }
    }
}
