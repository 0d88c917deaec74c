package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;

@OnEachDatabase
class UsedAssertionsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Instant end = clock.instant().plusSeconds(60);
    private final Store store;

    UsedAssertionsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
    }

    @Test
    void oneIsUsedOnceOnWhateverNode() {
        assertThat(store.assertions.use("one", end)).isTrue();
        assertThat(store.assertions.use("one", end)).isFalse();
        assertThat(store.beside(clock).assertions.use("one", end)).isFalse();
        assertThat(store.assertions.use("another", end)).isTrue();
    }

    @Test
    void ofManyAtOnceOneIsLetThrough() {
        assertThat(Race.of(8, () -> store.assertions.use("raced", end)))
                .filteredOn(used -> used)
                .hasSize(1);
    }
}
