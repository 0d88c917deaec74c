package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.dpop.UsedProofs;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class UsedProofsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Instant end = clock.instant().plusSeconds(60);
    private final Store store;

    UsedProofsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
    }

    @Test
    void oneIsUsedOnceOnWhateverNode() {
        assertThat(store.proofs.use("one", end)).isTrue();
        assertThat(store.proofs.use("one", end)).isFalse();
        assertThat(store.beside(clock).proofs.use("one", end)).isFalse();
        assertThat(store.proofs.use("another", end)).isTrue();
    }

    /** Anybody may register as a client, and sign any number of them. */
    @Test
    void thereIsRoomForSoMany() {
        UsedProofs small = new JdbcUsedProofs(store.database, clock, 2);
        small.use("one", end);
        small.use("two", end);
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, () -> small.use("three", end));
    }

    @Test
    void ofManyAtOnceOneIsLetThrough() {
        assertThat(Race.of(8, () -> store.proofs.use("raced", end)))
                .filteredOn(used -> used)
                .hasSize(1);
    }
}
