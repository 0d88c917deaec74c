package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class HeldThreadsTest {

    private static final int ALL = 6;

    private final ThreadPoolExecutor pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(ALL);

    @AfterEach
    void stop() {
        pool.shutdownNow();
    }

    @Test
    void holdsAsManyAsItIsToldAndLetsThemGo() {
        HeldThreads held = new HeldThreads(pool, Duration.ofMinutes(1));

        held.hold(4);
        await(() -> pool.getActiveCount() == 4);
        held.letGo(3);
        await(() -> pool.getActiveCount() == 1);

        assertThat(held.count()).isOne();
    }

    @Test
    void letsGoOfNoMoreThanItHolds() {
        HeldThreads held = new HeldThreads(pool, Duration.ofMinutes(1));

        held.hold(2);
        held.letGo(5);
        held.hold(2);

        await(() -> pool.getActiveCount() == 2 && pool.getCompletedTaskCount() == 2);
    }

    @Test
    void holdsNoThreadForLongerThanAStretchAndAnotherInItsPlace() {
        HeldThreads held = new HeldThreads(pool, Duration.ofMillis(1));

        held.hold(3);
        await(() -> pool.getCompletedTaskCount() > 30);

        assertThat(held.count()).isEqualTo(3);
        held.letGo(3);
        await(() -> pool.getActiveCount() == 0 && pool.getQueue().isEmpty());
    }

    @Test
    void letsGoOfAllAtItsEndAndHoldsNoneAfterIt() {
        HeldThreads held = new HeldThreads(pool, Duration.ofMillis(1));

        held.hold(ALL);
        held.close();
        held.hold(2);

        await(() -> pool.getActiveCount() == 0 && pool.getQueue().isEmpty());
        assertThat(held.count()).isZero();
    }

    @Test
    void anExecutorThatEndsWaitsForNone() throws InterruptedException {
        HeldThreads held = new HeldThreads(pool, Duration.ofMillis(1));

        held.hold(ALL);
        pool.shutdown();

        assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(1_000_000);
        }
    }
}
