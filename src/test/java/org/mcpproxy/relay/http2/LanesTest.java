package org.mcpproxy.relay.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LanesTest {

    private final Lanes lanes = new Lanes(3);

    @Test
    void eachUserHasOneOfTheirOwnForAsLongAsTheyHaveRequestsUnderWay() {
        Lanes.Stay ada = lanes.enter("ada");
        Lanes.Stay bob = lanes.enter("bob");
        Lanes.Stay adasOther = lanes.enter("ada");
        assertThat(bob.lane()).isNotEqualTo(ada.lane());
        assertThat(adasOther.lane()).isEqualTo(ada.lane());

        ada.close();
        ada.close();
        assertThat(lanes.enter("eve").lane()).isNotIn(ada.lane(), bob.lane());
        adasOther.close();
        assertThat(lanes.enter("dan").lane()).isEqualTo(ada.lane());
    }

    @Test
    void theFirstThatIsFreeIsTakenOverSoThatItsConnectionsAre() {
        for (int i = 0; i < 5; i++) {
            try (Lanes.Stay one = lanes.enter("user " + i)) {
                assertThat(one.lane()).isZero();
            }
        }
        assertThat(lanes.users()).isZero();
    }

    @Test
    void whereNoneIsLeftTheLeastCrowdedIsShared() {
        int[] crowds = new int[3];
        for (int i = 0; i < 9; i++) {
            crowds[lanes.enter("user " + i).lane()]++;
        }
        assertThat(crowds).containsExactly(3, 3, 3);
        assertThat(lanes.users()).isEqualTo(9);
    }
}
