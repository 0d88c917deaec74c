package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;

@OnEachDatabase
class LeasesTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final Leases leases;

    LeasesTest(Databases kind) {
        store = Store.empty(kind, clock);
        leases = new Leases(store.database, clock);
    }

    @Test
    void whatOneHoldsNobodyElseGets() {
        assertThat(leases.tryAcquire("work", "one", MINUTE)).isTrue();
        assertThat(leases.tryAcquire("work", "two", MINUTE)).isFalse();
        assertThat(leases.tryAcquire("other work", "two", MINUTE)).isTrue();
    }

    @Test
    void whatIsGivenBackAnotherGets() {
        leases.tryAcquire("work", "one", MINUTE);
        leases.release("work", "two");
        assertThat(leases.tryAcquire("work", "two", MINUTE)).isFalse();

        leases.release("work", "one");
        assertThat(leases.tryAcquire("work", "two", MINUTE)).isTrue();
    }

    @Test
    void aHolderThatDiesHoldsItForItsTimeAlone() {
        leases.tryAcquire("work", "one", MINUTE);
        clock.advance(MINUTE.minusSeconds(1));
        assertThat(leases.tryAcquire("work", "two", MINUTE)).isFalse();

        clock.advance(Duration.ofSeconds(1));
        assertThat(isHeldBy("one")).isFalse();
        assertThat(leases.tryAcquire("work", "two", MINUTE)).isTrue();
    }

    @Test
    void whoHoldsItMayKeepItForLonger() {
        leases.tryAcquire("work", "one", MINUTE);
        clock.advance(MINUTE.minusSeconds(1));
        assertThat(leases.tryAcquire("work", "one", MINUTE)).isTrue();

        clock.advance(MINUTE.minusSeconds(1));
        assertThat(isHeldBy("one")).isTrue();
        assertThat(isHeldBy("two")).isFalse();
    }

    @Test
    void ofManyWhoWantItAtOnceOneGetsIt() {
        AtomicInteger holders = new AtomicInteger();

        List<Boolean> got = Race.of(50, () -> leases.tryAcquire("work", "holder-" + holders.incrementAndGet(), MINUTE));

        assertThat(got).containsOnlyOnce(true);
    }

    /** Whoever comes in the moment that its time is over may have it, and nobody before. */
    @Test
    void whileTheTimeRunsOnEachHoldsItForItsTimeAlone() {
        AtomicInteger holders = new AtomicInteger();

        List<Boolean> got = Race.of(100, () -> {
            clock.advance(Duration.ofSeconds(6));
            return leases.tryAcquire("work", "holder-" + holders.incrementAndGet(), MINUTE);
        });

        assertThat(got.stream().filter(held -> held)).hasSizeBetween(1, 1 + 600 / 60);
    }

    private boolean isHeldBy(String holder) {
        return store.database.inTransaction(handle -> leases.isHeld(handle, "work", holder));
    }
}
