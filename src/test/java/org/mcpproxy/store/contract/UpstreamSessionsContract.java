package org.mcpproxy.store.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.UpstreamSessions;

public abstract class UpstreamSessionsContract {

    private UpstreamSessions sessions;

    protected abstract UpstreamSessions sessions(Clock clock);

    @BeforeEach
    void start() {
        sessions = sessions(new SettableClock());
    }

    @Test
    void theNewestTokensOfAGrantAreKept() {
        sessions.save("one", new byte[] {1});
        sessions.save("two", new byte[] {2});
        sessions.save("one", new byte[] {3});

        assertThat(sessions.find("one").orElseThrow()).containsExactly(3);
        assertThat(sessions.find("two").orElseThrow()).containsExactly(2);
        assertThat(sessions.find("three")).isEmpty();
    }

    @Test
    void removedTokensAreGone() {
        sessions.save("one", new byte[] {1});
        sessions.remove("one");
        sessions.remove("never there");

        assertThat(sessions.find("one")).isEmpty();
    }
}
