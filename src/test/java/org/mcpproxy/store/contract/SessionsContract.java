package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.relay.SessionOwner;
import org.mcpproxy.relay.Sessions;

public abstract class SessionsContract {

    private Sessions sessions;

    protected abstract Sessions sessions(Clock clock);

    @BeforeEach
    void start() {
        sessions = sessions(new SettableClock());
    }

    @Test
    void aSessionStaysWithWhomOpenedIt() {
        SessionOwner alice = owner("alice");

        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.opened("session", alice)).isTrue();
        assertThat(sessions.opened("session", owner("bob"))).isFalse();
        assertThat(sessions.ownerOf("session")).contains(alice);
    }

    @Test
    void aClosedSessionIsUnknown() {
        sessions.opened("session", owner("alice"));
        sessions.closed("session");

        assertThat(sessions.ownerOf("session")).isEmpty();
    }

    @Test
    void ofManyWhoseBackendNamesOneSessionOneOwnsIt() {
        AtomicInteger people = new AtomicInteger();

        List<Boolean> won = Race.of(200, () -> sessions.opened("session", owner("person-" + people.incrementAndGet())));

        assertThat(won).containsOnlyOnce(true);
    }

    private static SessionOwner owner(String person) {
        return new SessionOwner(Optional.of(person), "client");
    }
}
