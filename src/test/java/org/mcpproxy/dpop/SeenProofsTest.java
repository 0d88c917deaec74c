package org.mcpproxy.dpop;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

class SeenProofsTest {

    private final SettableClock clock = new SettableClock();
    private final SeenProofs seen = new SeenProofs(clock, 3);

    @Test
    void oneIsRememberedForAsLongAsAnyCouldBeGood() {
        seen.use(proof("one"));
        clock.advance(ProofNonces.LONGEST.minusSeconds(1));
        assertRefused(Reason.PROOF_REPLAYED, () -> seen.use(proof("one")));
    }

    /** Forgetting one would let it in a second time. */
    @Test
    void whereNoMoreCanBeRememberedTheyAreRefusedAndNoneIsForgotten() {
        seen.use(proof("one"));
        seen.use(proof("two"));
        seen.use(proof("three"));

        assertRefused(Reason.SERVER_FULL, () -> seen.use(proof("four")));
        assertRefused(Reason.SERVER_FULL, () -> seen.use(proof("one")));
        clock.advance(ProofNonces.LONGEST.plus(Duration.ofSeconds(1)));
        assertThatCode(() -> seen.use(proof("four"))).doesNotThrowAnyException();
    }

    private Proof proof(String hash) {
        return new Proof("key", hash, clock.instant());
    }
}
