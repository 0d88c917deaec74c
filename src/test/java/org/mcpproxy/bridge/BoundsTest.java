package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class BoundsTest {

    private static final Holder ADA = new Holder(Optional.of("ada"), Optional.empty());
    private static final Holder BOB = new Holder(Optional.of("bob"), Optional.empty());

    private final SettableClock clock = new SettableClock();
    private final Places places = new Places(3, 2);
    private final Backoff backoff = new Backoff(clock, Duration.ofSeconds(5));
    private final Backoff.Key key = new Backoff.Key("files", ADA);

    @Test
    void aUserHasOnlyTheirShareAndAllOnlyTheWhole() {
        places.take(ADA);
        places.take(ADA);
        assertThat(refused(() -> places.take(ADA)).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);

        places.take(BOB);
        assertThat(refused(() -> places.take(BOB)).reason()).isEqualTo(Reason.SERVER_FULL);

        places.giveBack(ADA);
        assertThatCode(() -> places.take(BOB)).doesNotThrowAnyException();
        assertThat(places.taken()).isEqualTo(3);
    }

    @Test
    void eachDeathDoublesTheWaitUpToTheLongest() {
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            backoff.failed(key);
            Rejection refused = refused(() -> backoff.require(key));
            assertThat(refused.reason()).isEqualTo(Reason.BACKEND_DOWN);
            assertThat(refused.retryAfter().orElseThrow().toSeconds()).isEqualTo(seconds);
            clock.advance(Duration.ofSeconds(seconds));
            assertThatCode(() -> backoff.require(key)).doesNotThrowAnyException();
        }
    }

    @Test
    void oneUsersCrashesKeepNobodyElseWaiting() {
        backoff.failed(key);

        assertThatCode(() -> backoff.require(new Backoff.Key("files", BOB))).doesNotThrowAnyException();
        assertThatCode(() -> backoff.require(new Backoff.Key("jira", ADA))).doesNotThrowAnyException();
    }

    private static Rejection refused(ThrowingCallable call) {
        return catchThrowableOfType(Rejection.class, call);
    }
}
