package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.SharedClock;

@OnEachDatabase
class ClockComparisonTest {

    private static final int SLACK_SECONDS = 5;

    private final Database database;

    ClockComparisonTest(Databases kind) {
        database = new Database(kind.empty(), Databases.open());
    }

    @ParameterizedTest
    @ValueSource(longs = {-31 * 86_400L, -120, -20, 20, 120, 31 * 86_400L})
    void aNodeWhoseClockIsOffGoesByTheDatabases(long ahead) {
        SharedClock clock = new SharedClock(Clock.offset(Clock.systemUTC(), Duration.ofSeconds(ahead)));
        new ClockComparison(database, clock).run();

        assertThat(clock.instant()).isCloseTo(Instant.now(), within(SLACK_SECONDS, ChronoUnit.SECONDS));
    }

    @Test
    void aDatabaseThatIsSlowMovesNothing() {
        SharedClock clock = new SharedClock(Clock.systemUTC());
        Instant asked = Instant.parse("2026-11-27T10:00:00Z");
        clock.compare(asked.plusSeconds(3), asked, asked.plusSeconds(9));
        assertThat(clock.correction()).isZero();

        clock.compare(asked.plusSeconds(30), asked, asked.plusSeconds(9));
        assertThat(clock.correction()).isEqualTo(Duration.ofSeconds(21));

        clock.compare(asked.plusSeconds(30), asked, asked.plusMillis(1));
        assertThat(clock.correction()).isEqualTo(Duration.ofMillis(29_999));

        clock.compare(asked, asked.minusMillis(1), asked.plusMillis(1));
        assertThat(clock.correction()).isEqualTo(Duration.ofMillis(1));
    }
}
