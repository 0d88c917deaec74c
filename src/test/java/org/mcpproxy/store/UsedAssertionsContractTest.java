package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.UsedAssertions;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

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
    void thereIsRoomForSoManyOfStrangersAndForAllOthers() {
        UsedAssertions small = new JdbcUsedAssertions(store.database, clock, 2);
        small.requireRoom();
        small.use("one", end);
        small.use("two", end);
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, small::requireRoom);
        assertThat(small.use("three", end)).isTrue();
    }

    @Test
    void ofManyAtOnceOneIsLetThrough() {
        assertThat(Race.of(8, () -> store.assertions.use("raced", end)))
                .filteredOn(used -> used)
                .hasSize(1);
    }
}
