package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

class ExpiringMapTest {

    private final SettableClock clock = new SettableClock();
    private final ExpiringMap<Kept> map = new ExpiringMap<>(2, clock, Kept::expiresAt, Kept::useless);

    @Test
    void aFullMapRefusesWhatIsNewAndKeepsWhatItHas() {
        map.put("one", kept(1));
        map.put("two", kept(1));

        assertRefused(Reason.SERVER_FULL, () -> map.put("three", kept(1)));

        assertThat(map.find("one")).isPresent();
        assertThat(map.find("two")).isPresent();
        assertThat(map.find("three")).isEmpty();
    }

    /** Okta's new refresh token must be kept, though the store is full: the old one is worth nothing any more. */
    @Test
    void whatAFullMapHoldsMayStillBeReplaced() {
        map.put("one", kept(1));
        map.put("two", kept(1));
        map.put("one", kept(5));

        assertThat(map.find("one")).contains(kept(5));
    }

    @Test
    void theExpiredMakeRoom() {
        map.put("one", kept(1));
        map.put("two", kept(5));
        clock.advance(Duration.ofMinutes(1));

        map.put("three", new Kept(clock.instant().plusSeconds(60), false));

        assertThat(map.find("one")).isEmpty();
        assertThat(map.find("two")).isPresent();
        assertThat(map.find("three")).isPresent();
    }

    @Test
    void theUselessMakeRoomWhenItIsFull() {
        map.put("one", new Kept(clock.instant().plusSeconds(60), true));
        map.put("two", kept(1));
        map.put("three", kept(1));

        assertThat(map.find("one")).isEmpty();
        assertThat(map.find("two")).isPresent();
        assertThat(map.find("three")).isPresent();
    }

    @Test
    void whatHasExpiredIsNeitherFoundNorTakenNorChanged() {
        map.put("one", kept(1));
        clock.advance(Duration.ofMinutes(1));
        map.change("one", value -> kept(60));

        assertThat(map.find("one")).isEmpty();
        assertThat(map.take("one")).isEmpty();
    }

    private Kept kept(int minutes) {
        return new Kept(clock.instant().plus(Duration.ofMinutes(minutes)), false);
    }

    private record Kept(Instant expiresAt, boolean useless) {}
}
