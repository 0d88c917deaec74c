package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.McpSession;
import org.mcpproxy.relay.SessionOwner;

class SessionMemoryTest {

    private static final McpSession OF_ALICE =
            new McpSession(new SessionOwner(Optional.of("alice"), "client"), Optional.empty());

    private final SettableClock clock = new SettableClock();
    private final List<Runnable> beside = new ArrayList<>();
    private final SessionMemory memory = new SessionMemory(clock, hash -> database(), beside::add);
    private Optional<McpSession> row = Optional.of(OF_ALICE);
    private boolean away;
    private int asked;

    private Optional<McpSession> database() {
        asked++;
        if (away) {
            throw Rejection.of(Reason.STORE_UNAVAILABLE);
        }
        return row;
    }

    @Test
    void whoeverGoesOnNeverWaitsForTheDatabase() {
        memory.find("s");
        for (int i = 0; i < 10; i++) {
            clock.advance(SessionMemory.FRESH);
            assertThat(memory.holds("s")).isTrue();
            assertThat(memory.find("s")).contains(OF_ALICE);
            assertThat(asked).isEqualTo(i + 1);
            askBeside();
        }
    }

    @Test
    void itIsAskedOnceForAllWhoComeMeanwhile() {
        memory.find("s");
        memory.find("s");
        assertThat(beside).isEmpty();
        clock.advance(SessionMemory.FRESH);
        memory.find("s");
        memory.find("s");

        assertThat(beside).hasSize(1);
    }

    @Test
    void aSessionThatHasEndedElsewhereIsSoonOver() {
        memory.find("s");
        row = Optional.empty();
        clock.advance(SessionMemory.FRESH);
        memory.find("s");
        askBeside();

        assertThat(memory.find("s")).isEmpty();
    }

    /** The attack: requests without end, whose questions are never answered, so that what was once known goes on. */
    @Test
    void whatTheDatabaseSaidHoldsNoLongerThanItMay() {
        memory.find("s");
        row = Optional.empty();
        for (int i = 0; i < SessionMemory.HOLDS.toSeconds(); i++) {
            assertThat(memory.find("s")).contains(OF_ALICE);
            clock.advance(Duration.ofSeconds(1));
        }

        assertThat(memory.holds("s")).isFalse();
        assertThat(memory.find("s")).isEmpty();
    }

    /** What the database said before that is late. */
    @Test
    void whatWasForgottenMeanwhileStaysSo() {
        memory.find("s");
        clock.advance(SessionMemory.FRESH);
        memory.find("s");
        memory.forget("s");
        askBeside();

        assertThat(memory.holds("s")).isFalse();
    }

    @Test
    void aLateAnswerHoldsFromWhenItWasAskedFor() {
        memory.find("s");
        clock.advance(SessionMemory.FRESH);
        memory.find("s");
        clock.advance(SessionMemory.FRESH);
        askBeside();
        clock.advance(SessionMemory.HOLDS.minus(SessionMemory.FRESH));

        assertThat(memory.holds("s")).isFalse();
    }

    @Test
    void whileTheDatabaseIsAwayWhoWasTheOwnerIsIt() {
        memory.find("s");
        away = true;
        clock.advance(SessionMemory.FRESH);
        memory.find("s");
        askBeside();
        clock.advance(SessionMemory.HOLDS);

        assertThat(memory.holds("s")).isFalse();
        assertThat(memory.find("s")).contains(OF_ALICE);
        assertRefused(Reason.STORE_UNAVAILABLE, () -> memory.find("another"));
    }

    private void askBeside() {
        beside.forEach(Runnable::run);
        beside.clear();
    }
}
