package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.grant.RefreshTokens;

public abstract class RefreshTokensContract {

    private static final Duration LIFETIME = Duration.ofDays(30);

    private final SettableClock clock = new SettableClock();
    private RefreshTokens tokens;

    protected abstract RefreshTokens tokens(Clock clock);

    @BeforeEach
    void start() {
        tokens = tokens(clock);
    }

    @Test
    void anIssuedTokenIsFound() {
        RefreshToken token = token("one");
        tokens.issue(token);

        assertThat(tokens.find("one")).contains(token);
        assertThat(tokens.find("another")).isEmpty();
    }

    @Test
    void aRotatedTokenIsKeptWithItsAnswerBesideItsSuccessor() {
        tokens.issue(token("one"));

        assertThat(tokens.rotate("one", rotation("answer"), token("two"))).isTrue();

        Rotation kept = tokens.find("one").orElseThrow().rotation().orElseThrow();
        assertThat(kept.at()).isEqualTo(clock.instant());
        assertThat(kept.sealedAnswer()).isEqualTo(bytes("answer"));
        assertThat(tokens.find("two").orElseThrow().rotation()).isEmpty();
    }

    @Test
    void aTokenIsRotatedOnceAndASecondTryChangesNothing() {
        tokens.issue(token("one"));
        tokens.rotate("one", rotation("first"), token("two"));

        assertThat(tokens.rotate("one", rotation("second"), token("three"))).isFalse();

        assertThat(tokens.find("three")).isEmpty();
        assertThat(tokens.find("one").orElseThrow().rotation().orElseThrow().sealedAnswer())
                .isEqualTo(bytes("first"));
    }

    @Test
    void anUnknownOrExpiredTokenIsNotRotated() {
        tokens.issue(token("one"));
        clock.advance(LIFETIME);

        assertThat(tokens.find("one")).isEmpty();
        assertThat(tokens.rotate("one", rotation("answer"), token("two"))).isFalse();
        assertThat(tokens.rotate("unknown", rotation("answer"), token("two"))).isFalse();
        assertThat(tokens.find("two")).isEmpty();
    }

    @Test
    void ofManyWhoRotateOneTokenAtOnceOneWinsAndOneSuccessorStands() {
        tokens.issue(token("one"));
        AtomicInteger runners = new AtomicInteger();

        List<Boolean> won = Race.of(
                200, () -> tokens.rotate("one", rotation("answer"), token("next-" + runners.incrementAndGet())));

        assertThat(won).containsOnlyOnce(true);
        long successors = IntStream.rangeClosed(1, 200)
                .filter(number -> tokens.find("next-" + number).isPresent())
                .count();
        assertThat(successors).isEqualTo(1);
    }

    private RefreshToken token(String hash) {
        return new RefreshToken(hash, "grant", "client", clock.instant().plus(LIFETIME), Optional.empty());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private Rotation rotation(String answer) {
        return new Rotation(clock.instant(), bytes(answer));
    }
}
