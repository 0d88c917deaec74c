package org.mcpproxy.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;

class ClientProofsTest {

    private static final URI TOKEN = URI.create(Samples.ISSUER + "/oauth2/v1/token");

    private final SettableClock clock = new SettableClock();
    private final ProofNonces nonces = new ProofNonces(Samples.settings(), clock);
    private final Map<String, Instant> used = new HashMap<>();
    private final ProofKey holder = new ProofKey();

    @Test
    void aProofTellsTheKeyAndNoneTellsNone() {
        assertThat(node().keyThumbprint(call(proof()))).contains(holder.thumbprint());
        assertThat(node().keyThumbprint(call())).isEmpty();
    }

    /** 11.1: whichever node it comes to, until it ends. */
    @Test
    void aProofIsGoodOnceOverAllNodes() {
        String proof = proof();
        node().keyThumbprint(call(proof));

        assertRefused(Reason.PROOF_REPLAYED, () -> node().keyThumbprint(call(proof)));
        assertThat(used.values()).containsExactly(nonces.end(nonces.current()).orElseThrow());
    }

    /** Else anybody could use up what another will send. */
    @Test
    void aProofThatIsNotGoodIsNotUsed() {
        assertRefused(
                Reason.PROOF_NONCE_NEEDED,
                () -> node().keyThumbprint(call(holder.proof("POST", TOKEN, clock.instant(), "another"))));
        assertThat(used).isEmpty();
    }

    /** Over the store that all nodes share. */
    private ClientProofs node() {
        return new ClientProofs(new Proofs(nonces, clock), (hash, end) -> used.putIfAbsent(hash, end) == null);
    }

    private String proof() {
        return holder.proof("POST", TOKEN, clock.instant(), nonces.current());
    }

    private static HttpCall call(String... sent) {
        return new HttpCall(List.of(sent), "POST", TOKEN);
    }
}
