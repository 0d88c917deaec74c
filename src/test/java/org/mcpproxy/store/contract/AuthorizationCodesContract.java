package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;

public abstract class AuthorizationCodesContract {

    private final SettableClock clock = new SettableClock();
    private AuthorizationCodes codes;

    protected abstract AuthorizationCodes codes(Clock clock);

    @BeforeEach
    void start() {
        codes = codes(clock);
    }

    @Test
    void anIssuedCodeIsFoundWithAllItIsBoundTo() {
        AuthorizationCode code = code("one");
        codes.issue(code);

        assertThat(codes.find("one")).contains(code);
        assertThat(codes.find("another")).isEmpty();
    }

    @Test
    void aCodeIsConsumedOnceAndKeptToKnowTheReplay() {
        codes.issue(code("one"));

        assertThat(codes.consume("one")).isTrue();
        assertThat(codes.consume("one")).isFalse();
        assertThat(codes.find("one").orElseThrow().consumed()).isTrue();
    }

    @Test
    void anUnknownCodeCannotBeConsumed() {
        assertThat(codes.consume("unknown")).isFalse();
    }

    @Test
    void anExpiredCodeIsNeitherFoundNorConsumed() {
        codes.issue(code("one"));
        clock.advance(Duration.ofSeconds(60));

        assertThat(codes.find("one")).isEmpty();
        assertThat(codes.consume("one")).isFalse();
    }

    @Test
    void ofManyWhoConsumeOneCodeAtOnceOneWins() {
        codes.issue(code("one"));

        List<Boolean> won = Race.of(200, () -> codes.consume("one"));

        assertThat(won).containsOnlyOnce(true);
    }

    private AuthorizationCode code(String hash) {
        return new AuthorizationCode(
                hash,
                "grant",
                "client",
                "https://app.example/cb",
                "challenge",
                clock.instant().plusSeconds(60),
                false);
    }
}
