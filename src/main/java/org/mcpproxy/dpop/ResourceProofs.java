package org.mcpproxy.dpop;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.mcpproxy.oauth.PresentedToken.Sent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Proofs at protected resources (RFC 9449 7): each is good once at this node, and nothing is asked of the store. */
@Singleton
public class ResourceProofs {

    private final Proofs proofs;
    private final SeenProofs seen;

    @Inject
    public ResourceProofs(Proofs proofs, SeenProofs seen) {
        this.proofs = proofs;
        this.seen = seen;
    }

    /**
     * Requires that who sent a token holds its key. A bound token is of no use as a bearer token (7.2), nor any other with a
     * proof.
     *
     * @param boundTo the thumbprint of the key that the token is bound to, if any
     * @return the proof of it, where the token is bound: it is good once, and must be used before anything is done for it
     * @throws Rejection {@code TOKEN_SCHEME_WRONG}, {@code TOKEN_OF_OTHER_KEY}, or a {@code PROOF_…} reason
     */
    public Optional<Proof> verify(Sent sent, Optional<String> boundTo, HttpCall call) {
        if (sent.proven() != boundTo.isPresent()) {
            throw Rejection.of(Reason.TOKEN_SCHEME_WRONG);
        }
        return boundTo.map(key -> verified(sent, key, call));
    }

    /**
     * Of several requests with one proof, one alone gets past this.
     *
     * @throws Rejection {@code PROOF_REPLAYED}, {@code SERVER_FULL}
     */
    public void use(Proof proof) {
        seen.use(proof);
    }

    /** One that was used is refused at once: whoever sends it again costs its owner nothing of their limits. */
    private Proof verified(Sent sent, String key, HttpCall call) {
        Proof proof = proofs.verify(call, Optional.of(sent.token()));
        if (!proof.keyThumbprint().equals(key)) {
            throw Rejection.of(Reason.TOKEN_OF_OTHER_KEY);
        }
        seen.requireUnused(proof);
        return proof;
    }
}
