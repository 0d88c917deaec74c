package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private final BodyBudget budget = new BodyBudget(100, 40);

    @Test
    void oneOwnerHoldsNoMoreThanTheirPart() {
        assertThat(budget.share("alice").take(40)).isTrue();
        assertThat(budget.share("alice").take(1)).isFalse();
        assertThat(budget.share("bob").take(30)).isTrue();
    }

    /** The attack: a few take all that they may, and would lock everybody else out. */
    @Test
    void howeverManyTakeTheirPartTheNextFindsSome() {
        BodyBudget large = new BodyBudget(1_000_000, 250_000);
        for (int user = 0; user < 12; user++) {
            BodyBudget.Share share = large.share("attacker " + user);
            for (int size = 100_000; size > 0; size /= 2) {
                while (share.take(size)) {
                    // as much as there is
                }
            }
        }
        assertThat(large.held()).isBetween(900_000L, 1_000_000L);
        assertThat(large.share("alice").take(100)).isTrue();
    }

    @Test
    void anOwnerMayTakeHalfOfWhatTheOthersLeave() {
        budget.share("alice").take(40);
        BodyBudget.Share bob = budget.share("bob");
        assertThat(bob.take(20)).isTrue();
        assertThat(bob.take(11)).isFalse();
        assertThat(bob.take(10)).isTrue();
        assertThat(budget.share("carol").take(16)).isFalse();
        assertThat(budget.share("carol").take(15)).isTrue();
    }

    @Test
    void whoeverIsAloneMayHaveAllThatOneMayHave() {
        BodyBudget narrow = new BodyBudget(100, 100);
        assertThat(narrow.share("alice").take(60)).isTrue();
        assertThat(narrow.share("alice").take(41)).isFalse();
        assertThat(narrow.share("alice").take(40)).isTrue();
        assertThat(narrow.held()).isEqualTo(100);
    }

    /** What is refused to one must not take it from another, not even for a moment. */
    @Test
    void whoeverIsAtTheirLimitTakesNothingFromOthers() throws Exception {
        BodyBudget shared = new BodyBudget(1_000, 250);
        shared.share("alice").take(250);
        AtomicBoolean done = new AtomicBoolean();
        Thread asking = new Thread(() -> {
            while (!done.get()) {
                shared.share("alice").take(750);
            }
        });
        asking.start();
        int refused = 0;
        for (int i = 0; i < 200_000; i++) {
            try (BodyBudget.Share bob = shared.share("bob")) {
                refused += bob.take(250) ? 0 : 1;
            }
        }
        done.set(true);
        asking.join();
        assertThat(refused).isZero();
    }

    @Test
    void whatMovesToAnotherShareNeedsNoMoreRoom() {
        BodyBudget.Share one = budget.share("alice");
        one.take(40);
        BodyBudget.Share other = budget.share("alice");
        one.moveTo(other, 30);
        assertThat(budget.held()).isEqualTo(40);
        one.close();
        assertThat(budget.held()).isEqualTo(30);
        other.moveTo(one, 10);
        assertThat(budget.held()).isEqualTo(20);
        other.close();
        assertThat(budget.held()).isZero();
        assertThat(budget.owners()).isZero();
    }

    @Test
    void whatIsRefusedHoldsNothing() {
        budget.share("alice").take(41);
        budget.share("alice").take(101);
        assertThat(budget.held()).isZero();
        assertThat(budget.owners()).isZero();
    }

    @Test
    void aShareIsGivenBackOnceAndTakesNoMore() {
        BodyBudget.Share share = budget.share("alice");
        share.take(10);
        share.take(20);
        BodyBudget.Share other = budget.share("alice");
        other.take(10);

        share.close();
        share.close();

        assertThat(budget.held()).isEqualTo(10);
        assertThat(share.take(1)).isFalse();
        other.close();
        assertThat(budget.held()).isZero();
        assertThat(budget.owners()).isZero();
    }
}
