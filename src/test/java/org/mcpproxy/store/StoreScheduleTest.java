package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.config.SharedClock;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;

class StoreScheduleTest {

    private static final Settings SETTINGS = Samples.settings();

    private final SettableClock clock = new SettableClock();
    private final LosableDatabase losable = new LosableDatabase();
    private final Database database = losable.over(Databases.H2.empty());
    private final ScheduledTasks tasks = new ScheduledTasks();
    private final Leases leases = new Leases(database, clock);
    private final StoreSchedule schedule = new StoreSchedule(
            new ClockComparison(database, new SharedClock(clock)),
            new RevocationLog(database, SETTINGS),
            keys(database, clock),
            new Housekeeping(List.of(), leases, "one"),
            tasks.executor());

    @BeforeEach
    void start() {
        schedule.start();
    }

    @Test
    void aNodeCanServeWhenItHasKeysAndHasReadWhatEnded() {
        assertThat(schedule.loaded()).isFalse();
        tasks.run();

        assertThat(schedule.loaded()).isTrue();
        assertThat(tasks.pauses())
                .containsExactly(
                        ClockComparison.INTERVAL,
                        RevocationLog.INTERVAL,
                        JdbcSigningKeys.RELOAD,
                        Housekeeping.INTERVAL);
    }

    @Test
    void aLostDatabaseIsTriedAgainAndEverythingRecoversByItself() {
        losable.lose();
        tasks.run();
        tasks.run();
        assertThat(schedule.loaded()).isFalse();
        assertThat(tasks.pauses()).hasSize(4).contains(Duration.ofMillis(500));

        losable.find();
        tasks.run();
        assertThat(schedule.loaded()).isTrue();
    }

    /** A node whose clock is a month ahead would end every grant. */
    @Test
    void nothingIsTidiedUpBeforeTheClockWasCompared() {
        SharedClock ahead = new SharedClock(Clock.offset(Clock.systemUTC(), Duration.ofDays(31)));
        List<Instant> tidied = new ArrayList<>();
        ScheduledTasks own = new ScheduledTasks();
        new StoreSchedule(
                        new ClockComparison(database, ahead),
                        new RevocationLog(database, SETTINGS),
                        keys(database, ahead),
                        new Housekeeping(List.of(noting(tidied, ahead)), leases, "one"),
                        own.executor())
                .start();

        own.runLastFirst();

        assertThat(tidied)
                .hasSize(1)
                .allMatch(time -> time.isBefore(Instant.now().plus(Duration.ofDays(1))));
    }

    private static Chore noting(List<Instant> times, Clock clock) {
        return new Chore() {

            @Override
            public String name() {
                return "noting the time";
            }

            @Override
            public boolean part() {
                times.add(clock.instant());
                return false;
            }
        };
    }

    @Test
    void nothingRunsAfterTheEnd() {
        schedule.stop();
        tasks.run();

        assertThat(losable.asked()).isZero();
        assertThat(tasks.pauses()).isEmpty();
    }

    static JdbcSigningKeys keys(Database database, Clock clock) {
        SigningKeyRows rows = new SigningKeyRows(SETTINGS, Samples.RANDOM, clock);
        Leases own = new Leases(database, clock);
        KeyRotation rotation = new KeyRotation(database, rows, own, SETTINGS, Samples.RANDOM, clock);
        return new JdbcSigningKeys(database, Databases.open(), rows, rotation, clock);
    }
}
