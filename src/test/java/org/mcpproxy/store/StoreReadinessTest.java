package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.SharedClock;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.web.ReadinessPart.State;

class StoreReadinessTest {

    private static final int MOST = 5;
    private static final Duration OUTAGE = Duration.ofSeconds(20);

    private final SettableClock clock = new SettableClock();
    private final AtomicLong nanos = new AtomicLong();
    private final LosableDatabase losable = new LosableDatabase();
    private final StoreStatus status = new StoreStatus();
    private final Database database = losable.over(Databases.H2.empty(), status);
    private final RevocationLog revocations = new RevocationLog(database, Samples.settings(), nanos::get, MOST);
    private final ScheduledTasks tasks = new ScheduledTasks();
    private final StoreSchedule schedule = new StoreSchedule(
            new ClockComparison(database, new SharedClock(clock)),
            revocations,
            StoreScheduleTest.keys(database, clock),
            new Housekeeping(List.of(), new Leases(database, clock), "one"),
            tasks.executor());
    private final StoreReadiness readiness = new StoreReadiness(status, schedule, revocations);

    @Test
    void aNodeIsNotReadyBeforeTheStoreIsOpenAndRead() {
        assertThat(readiness.state()).isEqualTo(State.LOADING);
        status.opened();
        schedule.start();
        assertThat(readiness.state()).isEqualTo(State.LOADING);
        assertThat(readiness.state().isReady()).isFalse();

        tasks.run();
        assertThat(readiness.state()).isEqualTo(State.WELL);
        assertThat(readiness.state().isReady()).isTrue();
    }

    @Test
    void aNodeThatHasLostTheDatabaseIsReadyForAsLongAsItCanServeMcp() {
        open();
        losable.lose();
        pass(OUTAGE);
        assertThat(readiness.state()).isEqualTo(State.DEGRADED);
        assertThat(readiness.state().isReady()).isTrue();
        assertThat(revocations.isLive("grant")).isTrue();

        pass(RevocationLog.DEAF.minus(OUTAGE));
        assertThat(readiness.state()).isEqualTo(State.DOWN);
        assertThat(readiness.state().isReady()).isFalse();
        assertRefused(Reason.STORE_UNAVAILABLE, () -> revocations.isLive("grant"));
    }

    /** Whose polls wait for their time-outs: no failure is known for many seconds. */
    @Test
    void aNodeWhoseDatabaseFallsSilentSaysSoBeforeAnythingFails() {
        open();
        nanos.addAndGet(RevocationLog.LATE.minusMillis(1).toNanos());
        assertThat(readiness.state()).isEqualTo(State.WELL);

        nanos.addAndGet(Duration.ofMillis(1).toNanos());
        assertThat(readiness.state()).isEqualTo(State.DEGRADED);

        tasks.run();
        assertThat(readiness.state()).isEqualTo(State.WELL);
    }

    @Test
    void aNodeIsReadyAgainByItself() {
        open();
        losable.lose();
        pass(RevocationLog.DEAF);
        losable.find();
        pass(RevocationLog.INTERVAL);

        assertThat(readiness.state()).isEqualTo(State.WELL);
        assertThat(revocations.isLive("grant")).isTrue();
    }

    private void open() {
        status.opened();
        schedule.start();
        tasks.run();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
        tasks.run();
    }
}
