package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

class CapacityTest {

    private final SettableClock clock = new SettableClock();
    private final Store store = Store.empty(clock);
    private final Capacity capacity = new Capacity(store.database, "SELECT COUNT(*) FROM client", 1, clock);

    @Test
    void thereIsRoomUntilItIsFull() {
        assertThatCode(capacity::require).doesNotThrowAnyException();
        store.clients.add(Samples.client("one"));
        aWhilePasses();

        assertRefused(Reason.SERVER_FULL, capacity::require);
    }

    @Test
    void aCountHoldsForAWhile() {
        capacity.require();
        store.clients.add(Samples.client("one"));

        assertThat(capacity.isFull()).isFalse();
    }

    @Test
    void afterAWhileThereIsRoomAgain() {
        store.clients.add(Samples.client("one"));
        assertThat(capacity.isFull()).isTrue();
        store.database.update("DELETE FROM client");
        assertThat(capacity.isFull()).isTrue();
        aWhilePasses();

        assertThat(capacity.isFull()).isFalse();
    }

    @Test
    void whoMakesRoomHasItAtOnce() {
        store.clients.add(Samples.client("one"));
        assertThat(capacity.isFull()).isTrue();
        store.database.update("DELETE FROM client");

        capacity.roomWasMade();

        assertThat(capacity.isFull()).isFalse();
    }

    private void aWhilePasses() {
        clock.advance(Duration.ofSeconds(2));
    }
}
