package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.AssertedGrants;
import org.mcpproxy.oauth.Reason;

@OnEachDatabase
class AssertedGrantsContractTest {

    private final SettableClock clock = new SettableClock();
    private final Instant end = clock.instant().plusSeconds(300);
    private final Store store;
    private final Kept kept;

    AssertedGrantsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        kept = new Kept(store, clock);
    }

    @Test
    void anAssertionOpensOneGrantOnWhateverNode() {
        assertThat(store.asserted.open(kept.grant("one"), "assertion", end)).isTrue();
        assertThat(store.asserted.open(kept.grant("two"), "assertion", end)).isFalse();
        assertThat(store.beside(clock).asserted.open(kept.grant("three"), "assertion", end))
                .isFalse();
        assertThat(store.asserted.open(kept.grant("four"), "another", end)).isTrue();

        assertThat(store.grants.find("one")).contains(kept.grant("one"));
        assertThat(grants()).containsExactlyInAnyOrder("one", "four");
    }

    /** The attack: one assertion at all nodes at once. */
    @Test
    void ofManyAtOnceAtTwoNodesOneIsLetThrough() {
        Store other = store.beside(clock);
        AtomicInteger numbers = new AtomicInteger();

        List<Boolean> opened = Race.of(40, () -> {
            int number = numbers.incrementAndGet();
            Store node = number % 2 == 0 ? store : other;
            return node.asserted.open(kept.grant("grant-" + number), "raced", end);
        });

        assertThat(opened).filteredOn(first -> first).hasSize(1);
        assertThat(grants()).hasSize(1);
    }

    /** Who could not be given a grant has not used the assertion up. */
    @Test
    void whereTheGrantCannotBeOpenedTheAssertionIsStillGood() {
        store.grants.open(kept.grant("taken"));

        assertThatThrownBy(() -> store.asserted.open(kept.grant("taken"), "assertion", end))
                .isInstanceOf(RuntimeException.class);

        assertThat(store.asserted.open(kept.grant("one"), "assertion", end)).isTrue();
    }

    @Test
    void thereIsRoomForSoMany() {
        JdbcGrants grants =
                new JdbcGrants(store.database, new RevocationLog(store.database, Samples.settings()), clock);
        AssertedGrants small = new JdbcAssertedGrants(store.database, grants, clock, 2);
        small.open(kept.grant("one"), "one", end);
        small.open(kept.grant("two"), "two", end);
        clock.advance(Duration.ofSeconds(2));

        assertRefused(Reason.SERVER_FULL, () -> small.open(kept.grant("three"), "three", end));
    }

    private List<String> grants() {
        return kept.column("SELECT id FROM access_grant");
    }
}
