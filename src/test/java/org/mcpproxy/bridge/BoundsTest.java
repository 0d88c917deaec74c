package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class BoundsTest {

    private static final Holder ADA = new Holder(Optional.of("ada"), Optional.empty());
    private static final Holder BOB = new Holder(Optional.of("bob"), Optional.empty());

    private static final Holder EVE = new Holder(Optional.of("eve"), Optional.empty());
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final SettableClock clock = new SettableClock();
    private final Places places = new Places(3, 2, Reason.SERVER_FULL);
    private final Backoff backoff = new Backoff(clock);
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

    /** The attack: to open at one server what all of them could have. */
    @Test
    void oneBackendsOwnBoundLeavesTheOthersTheirs() {
        Backend files = Samples.backend("files");
        Backend jira = Samples.backend("jira");
        KindPlaces both = new KindPlaces(4, 3);
        both.bound(files, 2, 1);

        both.take(files, ADA);
        assertThat(refused(() -> both.take(files, ADA)).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        both.take(files, BOB);
        assertThat(refused(() -> both.take(files, EVE)).reason()).isEqualTo(Reason.BACKEND_FULL);

        both.take(jira, ADA);
        both.take(jira, ADA);
        both.giveBack(files, BOB);
        assertThat(refused(() -> both.take(jira, ADA)).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        both.take(jira, BOB);
        for (int i = 0; i < 3; i++) {
            assertThat(refused(() -> both.take(files, EVE)).reason()).isEqualTo(Reason.SERVER_FULL);
        }
        both.giveBack(jira, BOB);
        assertThatCode(() -> both.take(files, EVE)).doesNotThrowAnyException();
        assertThat(both.all().taken()).isEqualTo(4);
    }

    @Test
    void eachDeathDoublesTheWaitUpToTheLongest() {
        for (int seconds : new int[] {1, 2, 4, 5, 5}) {
            backoff.failed(key, LONGEST);
            Rejection refused = refused(() -> backoff.require(key));
            assertThat(refused.reason()).isEqualTo(Reason.BACKEND_DOWN);
            assertThat(refused.retryAfter().orElseThrow().toSeconds()).isEqualTo(seconds);
            clock.advance(Duration.ofSeconds(seconds));
            assertThatCode(() -> backoff.require(key)).doesNotThrowAnyException();
        }
    }

    @Test
    void oneUsersCrashesKeepNobodyElseWaiting() {
        backoff.failed(key, LONGEST);

        assertThatCode(() -> backoff.require(new Backoff.Key("files", BOB))).doesNotThrowAnyException();
        assertThatCode(() -> backoff.require(new Backoff.Key("jira", ADA))).doesNotThrowAnyException();
    }

    private static Rejection refused(ThrowingCallable call) {
        return catchThrowableOfType(Rejection.class, call);
    }
}
