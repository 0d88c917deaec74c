package org.mcpproxy.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.grant.UpstreamSessions;

@OnEachDatabase
class UpstreamSessionsContractTest {

    private static final Duration LONGEST = Duration.ofSeconds(20);

    private final SettableClock clock = new SettableClock();
    private final Store store;
    private final UpstreamSessions sessions;
    private final Kept kept;

    UpstreamSessionsContractTest(Databases kind) {
        store = Store.empty(kind, clock);
        sessions = store.upstream;
        kept = new Kept(store, clock);
    }

    @BeforeEach
    void start() {
        sessions.save("one", Kept.sealed("first"));
    }

    @Test
    void theNewestTokensOfAGrantAreKept() {
        sessions.save("two", Kept.sealed("other"));
        sessions.save("one", Kept.sealed("second"));

        assertThat(sessions.find("one")).contains(Kept.sealed("second"));
        assertThat(sessions.find("two")).contains(Kept.sealed("other"));
        assertThat(sessions.find("three")).isEmpty();
    }

    @Test
    void manyWhoSaveTheFirstTokensOfAGrantAtOnceLeaveOneRow() {
        Race.of(200, () -> {
            sessions.save("new", Kept.sealed("tokens"));
            return true;
        });

        assertThat(kept.column("SELECT grant_id FROM upstream_session WHERE grant_id = 'new'"))
                .hasSize(1);
    }

    @Test
    void removedTokensAreGone() {
        sessions.remove("one");
        sessions.remove("one");

        assertThat(sessions.find("one")).isEmpty();
    }

    @Test
    void ofManyWhoWantTheLeaseAtOnceOneHasIt() {
        List<Boolean> has = Race.of(
                200, () -> sessions.lease("one", "holder-" + kept.numbers().incrementAndGet(), LONGEST));

        assertThat(has).containsOnlyOnce(true);
    }

    @Test
    void aLeaseIsHeldUntilItIsGivenBack() {
        assertThat(sessions.lease("one", "a", LONGEST)).isTrue();
        assertThat(sessions.lease("one", "b", LONGEST)).isFalse();

        sessions.release("one", "a");

        assertThat(sessions.lease("one", "b", LONGEST)).isTrue();
    }

    @Test
    void theLeaseOfADeadHolderIsOverAfterItsTime() {
        sessions.lease("one", "dead", LONGEST);
        clock.advance(LONGEST.minusMillis(1));
        assertThat(sessions.lease("one", "b", LONGEST)).isFalse();
        assertThat(sessions.isOverdue("one")).isFalse();

        clock.advance(Duration.ofMillis(1));
        assertThat(sessions.isOverdue("one")).isTrue();
        assertThat(sessions.lease("one", "b", LONGEST)).isTrue();
        assertThat(sessions.isOverdue("one")).isFalse();
    }

    @Test
    void nothingIsOverdueThatWasGivenBackOrNeverTaken() {
        assertThat(sessions.isOverdue("one")).isFalse();
        assertThat(sessions.isOverdue("nobody's")).isFalse();
        sessions.lease("one", "a", LONGEST);
        sessions.release("one", "a");
        clock.advance(LONGEST);

        assertThat(sessions.isOverdue("one")).isFalse();
    }

    /** Such as one whose time was over, who comes back late. */
    @Test
    void aLeaseIsGivenBackByItsHolderAlone() {
        sessions.lease("one", "late", LONGEST);
        clock.advance(LONGEST);
        sessions.lease("one", "b", LONGEST);

        sessions.release("one", "late");

        assertThat(sessions.lease("one", "c", LONGEST)).isFalse();
    }

    @Test
    void savingTokensKeepsTheLease() {
        sessions.lease("one", "a", LONGEST);
        sessions.save("one", Kept.sealed("second"));

        assertThat(sessions.lease("one", "b", LONGEST)).isFalse();
    }

    @Test
    void onlyTokensThatAreKeptAreReplaced() {
        sessions.lease("one", "a", LONGEST);
        assertThat(sessions.replace("one", "a", Kept.sealed("second"))).isTrue();
        assertThat(sessions.find("one").orElseThrow()).isEqualTo(Kept.sealed("second"));

        assertThat(sessions.replace("gone", "a", Kept.sealed("second"))).isFalse();
        assertThat(sessions.find("gone")).isEmpty();
    }

    @Test
    void whoComesLateReplacesTokensOnlyWhileNobodyElseHasTakenTheLease() {
        sessions.lease("one", "late", LONGEST);
        clock.advance(LONGEST.plusSeconds(1));
        assertThat(sessions.replace("one", "late", Kept.sealed("second"))).isTrue();

        sessions.lease("one", "b", LONGEST);
        assertThat(sessions.replace("one", "late", Kept.sealed("older"))).isFalse();
        sessions.release("one", "b");
        assertThat(sessions.replace("one", "late", Kept.sealed("older"))).isFalse();
        assertThat(sessions.find("one").orElseThrow()).isEqualTo(Kept.sealed("second"));
    }

    @Test
    void eachGrantHasALeaseOfItsOwnAndWhatIsNotKeptHasNone() {
        sessions.save("two", Kept.sealed("other"));
        sessions.lease("one", "a", LONGEST);

        assertThat(sessions.lease("two", "b", LONGEST)).isTrue();
        assertThat(sessions.lease("three", "c", LONGEST)).isFalse();
    }

    /** So what an old secret sealed is found, to be sealed anew. */
    @Test
    void theSecretThatSealedTheTokensIsNoted() {
        assertThat(kept.column("SELECT secret_id FROM upstream_session")).containsExactly("7365637265746964");
    }
}
