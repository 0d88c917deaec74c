package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;

class ChildProcessesTest {

    private static final Room ROOM = new Room(new BodyBudget(1_000_000, 1_000_000), "ada");
    private static final Kind.Opening OPENING = new Kind.Opening(
            Samples.backend("files"),
            new Holder(Optional.of("ada"), Optional.empty()),
            "client",
            null,
            List.of(),
            ROOM);

    private final SettableClock clock = new SettableClock();
    private final ChildProcesses processes =
            new ChildProcesses(RelayLimits.standard().stdio(), Set.of(), clock, Runnable::run);

    @Test
    void eachProcessThatDiesSoonDoublesTheWaitForTheNext() {
        end(Duration.ZERO, false);
        assertThat(secondsToWait()).isEqualTo(1);
        end(Duration.ofSeconds(9), false);
        assertThat(secondsToWait()).isEqualTo(2);
    }

    @Test
    void oneThatLivedEndsTheWaitingEvenWhereItsClientEndedIt() {
        for (boolean byUs : new boolean[] {true, false}) {
            end(Duration.ZERO, false);
            end(Duration.ZERO, false);
            end(Duration.ofSeconds(10), byUs);

            end(Duration.ZERO, false);
            assertThat(secondsToWait()).isEqualTo(1);
            end(Duration.ofSeconds(10), byUs);
        }
    }

    /** Its client has ended it at once: that says nothing of the server. */
    @Test
    void oneThatWasEndedSoonChangesNothing() {
        end(Duration.ZERO, false);
        end(Duration.ZERO, true);
        assertThat(secondsToWait()).isEqualTo(1);
        end(Duration.ZERO, false);
        assertThat(secondsToWait()).isEqualTo(2);
    }

    private void end(Duration age, boolean byUs) {
        Conversation conversation = new Conversation(false, List.of(), ROOM, reply -> {});
        if (byUs) {
            conversation.close();
        }
        processes.ended(OPENING, conversation, clock.instant().minus(age));
    }

    private long secondsToWait() {
        Rejection refused = catchThrowableOfType(Rejection.class, () -> processes.open(OPENING, null));
        assertThat(refused.reason()).isEqualTo(Reason.BACKEND_DOWN);
        return refused.retryAfter().orElseThrow().toSeconds();
    }
}
