package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BodyBudgetTest {

    private final BodyBudget budget = new BodyBudget(100, 40);

    @Test
    void oneOwnerHoldsNoMoreThanTheirPart() {
        assertThat(budget.share("alice").take(40)).isTrue();
        assertThat(budget.share("alice").take(1)).isFalse();
        assertThat(budget.share("bob").take(40)).isTrue();
    }

    @Test
    void allTogetherHoldNoMoreThanThereIs() {
        for (String owner : new String[] {"alice", "bob"}) {
            budget.share(owner).take(40);
        }
        assertThat(budget.share("carol").take(21)).isFalse();
        assertThat(budget.share("carol").take(20)).isTrue();
        assertThat(budget.held()).isEqualTo(100);
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
