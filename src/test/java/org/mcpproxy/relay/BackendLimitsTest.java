package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** One backend has bounds of its own beside the node's, and the other none. */
class BackendLimitsTest {

    private static final RelayLimits STANDARD = RelayLimits.standard();

    /** Of the node. */
    private static final RelayLimits.Counts NODE = new RelayLimits.Counts(8, 4, 20);

    private static final Backend SMALL = bounded("small", new RelayLimits.Counts(3, 2, 5));
    private static final Backend OTHER = Samples.backend("other");

    private final SettableClock clock = new SettableClock();
    private final OpenStreams streams = new OpenStreams(NODE.atOnce(), Duration.ofSeconds(15));
    private final CallerLimits callers = new CallerLimits(NODE, clock);
    private final BackendLimits backends = new BackendLimits(Set.of(SMALL, OTHER), clock);
    private final Admissions admissions = new Admissions(STANDARD, streams, callers, backends);
    private final Caller alice = caller("alice", "inspector");
    private final Caller bob = caller("bob", "inspector");

    @AfterEach
    void stop() {
        streams.close();
    }

    @Test
    void aUserHasSoManyUnderWayAtTheBackendAndMoreElsewhere() {
        Admission first = admissions.admit(alice, SMALL);
        admissions.admit(caller("alice", "cursor"), SMALL);

        assertThat(refusal(alice, SMALL).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        assertThat(refusal(alice, SMALL).retryAfter()).contains(Relay.SOON);
        assertServed(alice, OTHER);
        assertServed(bob, SMALL);

        first.close();
        assertServed(alice, SMALL);
    }

    @Test
    void theBackendHasSoManyUnderWayAndTheNodeMore() {
        List<Admission> held = new ArrayList<>();
        for (String user : List.of("one", "two", "three")) {
            held.add(admissions.admit(caller(user, "inspector"), SMALL));
        }

        assertThat(refusal(alice, SMALL).reason()).isEqualTo(Reason.BACKEND_FULL);
        assertThat(refusal(alice, SMALL).retryAfter()).contains(Relay.SOON);
        assertServed(alice, OTHER);

        held.get(0).close();
        held.get(0).close();
        admissions.admit(alice, SMALL);
        assertThat(refusal(bob, SMALL).reason()).isEqualTo(Reason.BACKEND_FULL);
    }

    @Test
    void theNodesCountsHoldOverAllBackends() {
        admissions.admit(alice, SMALL);
        admissions.admit(alice, SMALL);
        admissions.admit(alice, OTHER);
        admissions.admit(alice, OTHER);

        assertThat(refusal(alice, OTHER).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        for (String user : List.of("one", "two", "three", "four")) {
            admissions.admit(caller(user, "inspector"), OTHER);
        }
        assertThat(refusal(bob, OTHER).reason()).isEqualTo(Reason.SERVER_FULL);
    }

    /** Else whoever is refused by the node would fill the backend for ever. */
    @Test
    void whatTheNodeRefusesTakesNoPlaceAtTheBackend() {
        List<Admission> held = new ArrayList<>();
        for (int i = 0; i < NODE.atOnce(); i++) {
            held.add(admissions.admit(caller("crowd" + i, "inspector"), OTHER));
        }
        for (int i = 0; i < 10; i++) {
            Caller next = caller("late" + i, "inspector");
            assertThat(refusal(next, SMALL).reason()).isEqualTo(Reason.SERVER_FULL);
        }

        held.forEach(Admission::close);
        assertServed(alice, SMALL);
        assertServed(bob, SMALL);
    }

    /** The attack: a client that does not heed 429 at one backend, while its user works with another. */
    @Test
    void whatTheBackendRefusesUsesUpNothingElsewhere() {
        for (int i = 0; i < 5; i++) {
            assertServed(alice, SMALL);
        }
        for (int i = 0; i < 100; i++) {
            assertThat(refusal(alice, SMALL).retryAfter()).contains(Duration.ofSeconds(12));
        }

        for (int i = 0; i < NODE.perMinute() - 5; i++) {
            assertServed(alice, OTHER);
        }
        assertThat(refusal(alice, OTHER).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        assertServed(bob, SMALL);
        assertServed(caller("alice", "cursor"), SMALL);
    }

    /** The attack: many calls in each request. */
    @Test
    void eachMessageOfABatchCountsAtTheBackendAndOnTheNode() {
        admissions.admit(alice, SMALL).close();
        assertThatCode(() -> admissions.countBatch(alice, SMALL, 5)).doesNotThrowAnyException();
        assertThat(refusal(alice, SMALL).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);

        admissions.admit(bob, OTHER).close();
        assertThatCode(() -> admissions.countBatch(bob, OTHER, NODE.perMinute()))
                .doesNotThrowAnyException();
        assertThat(refusal(bob, OTHER).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
    }

    @Test
    void ofManyAtOnceSoManyEnterAndAllPlacesComeBack() {
        ConcurrentLinkedQueue<Admission> entered = new ConcurrentLinkedQueue<>();
        Race.of(40, () -> {
            try {
                return entered.add(admissions.admit(alice, SMALL));
            } catch (Rejection e) {
                return false;
            }
        });

        assertThat(entered).hasSize(2);
        entered.forEach(Admission::close);
        clock.advance(Duration.ofMinutes(1));
        assertThat(callers.users()).isZero();
        admissions.admit(alice, SMALL);
        admissions.admit(alice, SMALL);
        admissions.admit(bob, SMALL);
        assertThat(refusal(bob, SMALL).reason()).isEqualTo(Reason.BACKEND_FULL);
    }

    private void assertServed(Caller caller, Backend backend) {
        assertThatCode(() -> admissions.admit(caller, backend).close()).doesNotThrowAnyException();
    }

    private Rejection refusal(Caller caller, Backend backend) {
        return catchThrowableOfType(Rejection.class, () -> admissions.admit(caller, backend));
    }

    private static Backend bounded(String name, RelayLimits.Counts counts) {
        Backend usual = Samples.backend(name);
        return new Backend(
                name,
                usual.url(),
                usual.credential(),
                usual.headers(),
                usual.transport(),
                usual.limits().with(counts));
    }

    private static Caller caller(String user, String client) {
        return new Caller(Optional.of(user), client, new Scope("mcp"), Optional.of("grant"), Instant.MAX);
    }
}
