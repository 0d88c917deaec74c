package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.oauth2.sdk.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class CallerLimitsTest {

    private static final int AT_ONCE = 3;
    private static final int PER_MINUTE = 60;

    private final SettableClock clock = new SettableClock();
    private final CallerLimits limits = new CallerLimits(limits(), clock);
    private final Caller alice = caller("alice", "inspector");

    @Test
    void oneUserHasSoManyUnderWayByAllClientsTogether() {
        limits.enter(alice);
        limits.enter(caller("alice", "cursor"));
        limits.enter(alice);

        assertThat(refusal(alice).retryAfter()).contains(Relay.SOON);
        assertThat(refusal(caller("alice", "vscode")).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        assertThatCode(() -> limits.enter(caller("bob", "inspector"))).doesNotThrowAnyException();

        limits.leave(alice);
        assertThatCode(() -> limits.enter(alice)).doesNotThrowAnyException();
    }

    @Test
    void aServiceIsAUserOfItsOwn() {
        Caller service = new Caller(Optional.empty(), "0oaservice", new Scope(), Optional.empty(), Instant.MAX);
        for (int i = 0; i < AT_ONCE; i++) {
            limits.enter(service);
        }

        assertThat(refusal(service).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
    }

    @Test
    void oneUserSendsSoManyInAMinuteByEachClient() {
        for (int i = 0; i < PER_MINUTE; i++) {
            limits.enter(alice);
            limits.leave(alice);
        }

        assertThat(refusal(alice).retryAfter()).contains(Duration.ofSeconds(1));
        assertThatCode(() -> limits.enter(caller("alice", "cursor"))).doesNotThrowAnyException();
        limits.leave(caller("alice", "cursor"));

        clock.advance(Duration.ofSeconds(1));
        assertThatCode(() -> limits.enter(alice)).doesNotThrowAnyException();
    }

    /** The attack: a hundred calls in each request. */
    @Test
    void eachMessageOfABatchCounts() {
        limits.enter(alice);
        limits.countBatch(alice, PER_MINUTE);

        assertThat(refusal(alice).reason()).isEqualTo(Reason.CALLER_TOO_BUSY);
        assertThat(catchThrowableOfType(Rejection.class, () -> limits.countBatch(alice, 2))
                        .retryAfter())
                .contains(Duration.ofSeconds(1));
        assertThatCode(() -> limits.countBatch(alice, 1)).doesNotThrowAnyException();
    }

    @Test
    void ofManyAtOnceSoManyEnterAndNobodyIsForgottenOrKept() {
        AtomicInteger entered = new AtomicInteger();

        List<Boolean> all = Race.of(50, () -> {
            try {
                limits.enter(alice);
                entered.incrementAndGet();
                return true;
            } catch (Rejection e) {
                return false;
            }
        });

        assertThat(all).hasSize(50);
        assertThat(entered).hasValue(AT_ONCE);
        for (int i = 0; i < AT_ONCE; i++) {
            limits.leave(alice);
        }
        assertThat(limits.users()).isZero();
    }

    private Rejection refusal(Caller caller) {
        return catchThrowableOfType(Rejection.class, () -> limits.enter(caller));
    }

    private static RelayLimits limits() {
        RelayLimits standard = RelayLimits.standard();
        return new RelayLimits(
                standard.sizes(),
                new RelayLimits.Counts(standard.counts().atOnce(), AT_ONCE, PER_MINUTE),
                standard.times());
    }

    private static Caller caller(String user, String client) {
        return new Caller(Optional.of(user), client, new Scope("mcp"), Optional.of("grant"), Instant.MAX);
    }
}
