package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

@OnEachDatabase
class RefreshTokensContractTest {

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final RefreshTokens tokens;
    private final Kept kept;

    RefreshTokensContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        tokens = store.refreshTokens;
        kept = new Kept(store, clock);
    }

    @BeforeEach
    void start() {
        store.grants.open(kept.grant("grant"));
        kept.redeemed("grant", "one");
    }

    @Test
    void theFirstTokenIsFoundWhole() {
        assertThat(tokens.find("one")).contains(kept.token("grant", "one"));
        assertThat(tokens.find("another")).isEmpty();
    }

    @Test
    void aRotatedTokenIsKeptWithItsAnswerBesideItsSuccessor() {
        assertThat(rotate("one", "answer", "two")).isTrue();

        Rotation rotation = tokens.find("one").orElseThrow().rotation().orElseThrow();
        assertThat(rotation.at()).isEqualTo(clock.instant());
        assertThat(rotation.sealedAnswer()).isEqualTo(Kept.bytes("answer"));
        assertThat(tokens.find("two")).contains(kept.token("grant", "two"));
    }

    @Test
    void aRotationPutsTheGrantsEndOff() {
        clock.advance(Duration.ofDays(29));
        rotate("one", "answer", "two");
        clock.advance(Duration.ofDays(29));

        assertThat(store.grants.find("grant")).isPresent();
    }

    @Test
    void aTokenIsRotatedOnceAndASecondTryChangesNothing() {
        rotate("one", "first", "two");
        clock.advance(Duration.ofSeconds(1));

        assertThat(rotate("one", "second", "three")).isFalse();

        assertThat(kept.tokens()).containsExactlyInAnyOrder("one", "two");
        assertThat(tokens.find("one").orElseThrow().rotation().orElseThrow().sealedAnswer())
                .isEqualTo(Kept.bytes("first"));
        assertThat(store.grants.find("grant").orElseThrow().expiresAt())
                .isEqualTo(clock.instant().minusSeconds(1).plus(Kept.UNUSED));
    }

    @Test
    void anUnknownTokenIsNotRotated() {
        assertThat(rotate("unknown", "answer", "two")).isFalse();

        assertThat(kept.tokens()).containsExactly("one");
    }

    @Test
    void aTokenExpiresThoughItsGrantLives() {
        clock.advance(Duration.ofDays(1));
        rotate("one", "answer", "two");
        clock.advance(Kept.UNUSED.minusDays(1));

        assertThat(tokens.find("one")).isEmpty();
        assertThat(rotate("one", "answer", "three")).isFalse();
        assertThat(tokens.find("two")).isPresent();
        assertThat(tokens.find("three")).isEmpty();
    }

    @Test
    void anEndedGrantRotatesNothing() {
        store.grants.end("grant");

        assertRefused(Reason.GRANT_ENDED, () -> rotate("one", "answer", "two"));

        assertThat(kept.tokens()).isEmpty();
    }

    @Test
    void anExpiredGrantRotatesNothing() {
        clock.advance(Kept.UNUSED);

        assertRefused(Reason.GRANT_ENDED, () -> rotate("one", "answer", "two"));

        assertThat(kept.tokens()).containsExactly("one");
        assertThat(kept.column("SELECT hash FROM refresh_token WHERE rotated_at IS NULL"))
                .containsExactly("one");
    }

    @Test
    void aRotationThatFailsHalfwayChangesNothing() {
        Instant before = store.grants.find("grant").orElseThrow().expiresAt();
        clock.advance(Duration.ofSeconds(1));

        assertThatThrownBy(() -> rotate("one", "answer", "one")).isInstanceOf(IllegalStateException.class);

        assertThat(tokens.find("one").orElseThrow().rotation()).isEmpty();
        assertThat(store.grants.find("grant").orElseThrow().expiresAt()).isEqualTo(before);
    }

    @Test
    void ofManyWhoRotateOneTokenAtOnceOneWinsAndOneSuccessorStands() {
        List<Boolean> won = Race.of(
                200, () -> rotate("one", "answer", "next-" + kept.numbers().incrementAndGet()));

        assertThat(won).containsOnlyOnce(true);
        assertThat(kept.tokens()).hasSize(2);
    }

    @RepeatedTest(10)
    void aTokenRotatedWhileItsGrantEndsLeavesNoSuccessor() {
        Race.of(20, () -> kept.numbers().incrementAndGet() % 2 == 0 ? store.grants.end("grant") : rotated());

        assertThat(store.grants.find("grant")).isEmpty();
        assertThat(kept.tokens()).isEmpty();
    }

    private boolean rotated() {
        try {
            return rotate("one", "answer", "two");
        } catch (Rejection rejection) {
            assertThat(rejection.reason()).isEqualTo(Reason.GRANT_ENDED);
            return false;
        }
    }

    private boolean rotate(String hash, String answer, String successor) {
        return tokens.rotate(hash, kept.rotation(answer), kept.token("grant", successor));
    }
}
