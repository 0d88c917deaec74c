package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

@OnEachDatabase
class AuthorizationCodesContractTest {

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final AuthorizationCodes codes;
    private final Kept kept;
    private final AuthorizationCode code;

    AuthorizationCodesContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        codes = store.codes;
        kept = new Kept(store, clock);
        code = kept.code("grant", "one");
    }

    @BeforeEach
    void start() {
        store.grants.open(kept.grant("grant"));
        codes.issue(code);
    }

    @Test
    void anIssuedCodeIsFoundWithAllItIsBoundTo() {
        assertThat(codes.find("one")).contains(code);
        assertThat(codes.find("another")).isEmpty();
    }

    @Test
    void aRedeemedCodeLeavesItsFamilyItsFirstTokenAndAGrantThatLivesOn() {
        assertThat(kept.redeem(code, "first")).isTrue();

        assertThat(store.refreshTokens.find("first")).contains(kept.token("grant", "first"));
        assertThat(store.grants.findByFamily("family-grant").orElseThrow().expiresAt())
                .isEqualTo(clock.instant().plus(Kept.UNUSED));
    }

    @Test
    void withoutARefreshTokenTheGrantLivesOnAllTheSame() {
        Instant end = clock.instant().plus(Duration.ofMinutes(11));

        assertThat(codes.redeem(code, Optional.empty(), end)).isTrue();

        assertThat(store.grants.find("grant").orElseThrow().expiresAt()).isEqualTo(end);
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void aCodeIsRedeemedOnceAndASecondTryChangesNothing() {
        kept.redeem(code, "first");
        clock.advance(Duration.ofSeconds(1));

        assertThat(kept.redeem(code, "second")).isFalse();

        assertThat(codes.find("one").orElseThrow().consumed()).isTrue();
        assertThat(kept.tokens()).containsExactly("first");
        assertThat(store.grants.find("grant").orElseThrow().expiresAt())
                .isEqualTo(clock.instant().minusSeconds(1).plus(Kept.UNUSED));
    }

    @Test
    void anUnknownCodeIsNotRedeemedAndChangesNothing() {
        assertThat(kept.redeem(kept.code("grant", "unknown"), "first")).isFalse();

        assertThat(store.grants.find("grant")).contains(kept.grant("grant"));
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void anExpiredCodeIsNeitherFoundNorRedeemed() {
        clock.advance(Kept.CODE);

        assertThat(codes.find("one")).isEmpty();
        assertThat(kept.redeem(code, "first")).isFalse();
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void anEndedGrantLeavesItsCodeUnused() {
        store.grants.end("grant");

        assertRefused(Reason.GRANT_ENDED, () -> kept.redeem(code, "first"));

        assertThat(codes.find("one").orElseThrow().consumed()).isFalse();
        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void anExpiredGrantLeavesItsCodeUnused() {
        clock.advance(Kept.SIGN_ON);
        AuthorizationCode late = kept.code("grant", "late");
        codes.issue(late);

        assertRefused(Reason.GRANT_ENDED, () -> kept.redeem(late, "first"));

        assertThat(codes.find("late").orElseThrow().consumed()).isFalse();
        assertThat(store.grants.find("grant")).isEmpty();
    }

    /** Whoever is killed in the middle has done nothing either. */
    @Test
    void aRedemptionThatFailsHalfwayChangesNothing() {
        store.grants.open(kept.grant("other"));
        kept.redeemed("other", "first");

        assertThatThrownBy(() -> kept.redeem(code, "first")).isInstanceOf(IllegalStateException.class);

        assertThat(codes.find("one")).contains(code);
        assertThat(store.grants.find("grant")).contains(kept.grant("grant"));
        assertThat(store.grants.findByFamily("family-grant")).isEmpty();
        assertThat(kept.redeem(code, "second")).isTrue();
    }

    @Test
    void aReplayIsKnownAsOneAnHourLonger() {
        kept.redeem(code, "first");
        clock.advance(Duration.ofMinutes(60));

        assertThat(codes.find("one").orElseThrow().consumed()).isTrue();
        assertThat(kept.redeem(code, "second")).isFalse();

        clock.advance(Duration.ofMinutes(1));
        assertThat(codes.find("one")).isEmpty();
    }

    @Test
    void ofManyWhoRedeemOneCodeAtOnceOneWinsAndItsTokenStands() {
        List<Boolean> won =
                Race.of(200, () -> kept.redeem(code, "token-" + kept.numbers().incrementAndGet()));

        assertThat(won).containsOnlyOnce(true);
        assertThat(kept.tokens()).hasSize(1);
    }

    @RepeatedTest(10)
    void aCodeRedeemedWhileItsGrantEndsLeavesNoToken() {
        Race.of(20, () -> kept.numbers().incrementAndGet() % 2 == 0 ? store.grants.end("grant") : redeemed());

        assertThat(store.grants.find("grant")).isEmpty();
        assertThat(kept.tokens()).isEmpty();
    }

    private boolean redeemed() {
        try {
            return kept.redeem(code, "first");
        } catch (Rejection rejection) {
            assertThat(rejection.reason()).isEqualTo(Reason.GRANT_ENDED);
            return false;
        }
    }
}
