package org.mcpproxy.dpop;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.PresentedToken.Sent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;

class ResourceProofsTest {

    private static final URI MCP = URI.create(Samples.RESOURCE);
    private static final Sent PROVEN = new Sent(new Secret("token"), true);
    private static final Sent BORNE = new Sent(new Secret("token"), false);

    private final SettableClock clock = new SettableClock();
    private final ProofNonces nonces = new ProofNonces(Samples.settings(), clock);
    private final ResourceProofs proofs = new ResourceProofs(new Proofs(nonces, clock), new SeenProofs(clock));
    private final ProofKey holder = new ProofKey();
    private final Optional<String> bound = Optional.of(holder.thumbprint());

    @Test
    void whoHasTheKeyIsLetIn() {
        assertThatCode(() -> require(PROVEN, bound, call(proof(holder)))).doesNotThrowAnyException();
        assertThatCode(() -> require(BORNE, Optional.empty(), call())).doesNotThrowAnyException();
    }

    /** 7.2: a thief would send it so. */
    @Test
    void aBoundTokenIsNoBearerToken() {
        assertRefused(Reason.TOKEN_SCHEME_WRONG, () -> require(BORNE, bound, call()));
        assertRefused(Reason.TOKEN_SCHEME_WRONG, () -> require(BORNE, bound, call(proof(holder))));
    }

    /** Else a thief could give a bearer token the look of a bound one. */
    @Test
    void aBearerTokenIsNotTakenWithAProof() {
        assertRefused(Reason.TOKEN_SCHEME_WRONG, () -> require(PROVEN, Optional.empty(), call(proof(holder))));
    }

    /** 4.3 (12) and 6: the thief has a key of their own. */
    @Test
    void whoHasAnotherKeyIsRefused() {
        assertRefused(Reason.TOKEN_OF_OTHER_KEY, () -> require(PROVEN, bound, call(proof(new ProofKey()))));
    }

    @Test
    void whoSendsNoProofIsRefused() {
        assertRefused(Reason.PROOF_MISSING, () -> require(PROVEN, bound, call()));
    }

    /** 7: a proof that was meant for the token endpoint says nothing of a token. */
    @Test
    void aProofWithoutTheTokenIsRefused() {
        String other = holder.proof("POST", MCP, clock.instant(), nonces.current());

        assertRefused(Reason.PROOF_OF_OTHER_TOKEN, () -> require(PROVEN, bound, call(other)));
    }

    /** 11.1. */
    @Test
    void aProofIsGoodOnceForAsLongAsItIsGoodAtAll() {
        String proof = proof(holder);
        require(PROVEN, bound, call(proof));

        assertRefused(Reason.PROOF_REPLAYED, () -> require(PROVEN, bound, call(proof)));
        clock.advance(Duration.ofSeconds(119));
        assertRefused(Reason.PROOF_REPLAYED, () -> require(PROVEN, bound, call(proof)));
        clock.advance(Duration.ofSeconds(1));
        assertRefused(Reason.PROOF_NONCE_NEEDED, () -> require(PROVEN, bound, call(proof)));
    }

    /** Whoever sends one again is refused before the limits of its owner are asked. */
    @Test
    void aProofThatIsVerifiedIsNotUsedAndOneThatWasUsedIsNotVerified() {
        String proof = proof(holder);
        proofs.verify(PROVEN, bound, call(proof));
        Proof verified = proofs.verify(PROVEN, bound, call(proof)).orElseThrow();

        proofs.use(verified);

        assertRefused(Reason.PROOF_REPLAYED, () -> proofs.verify(PROVEN, bound, call(proof)));
        assertRefused(Reason.PROOF_REPLAYED, () -> proofs.use(verified));
    }

    private String proof(ProofKey key) {
        return key.proof("POST", MCP, clock.instant(), nonces.current(), "token");
    }

    private static HttpCall call(String... sent) {
        return new HttpCall(List.of(sent), "POST", MCP);
    }

    private void require(Sent sent, Optional<String> boundTo, HttpCall call) {
        proofs.verify(sent, boundTo, call).ifPresent(proofs::use);
    }
}
