package org.mcpproxy.dpop;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Proofs at the endpoints of this authorization server (RFC 9449 5, 10.1): each is good once, over all nodes. */
@Singleton
public class ClientProofs {

    private final Proofs proofs;
    private final UsedProofs used;

    @Inject
    public ClientProofs(Proofs proofs, UsedProofs used) {
        this.proofs = proofs;
        this.used = used;
    }

    /**
     * The thumbprint of the key that the client has proved to hold; empty where it sent no proof.
     *
     * @throws Rejection with a {@code PROOF_…} reason, or {@code SERVER_FULL}
     */
    public Optional<String> keyThumbprint(HttpCall call) {
        return call.proofs().isEmpty() ? Optional.empty() : Optional.of(proven(call));
    }

    private String proven(HttpCall call) {
        Proof proof = proofs.verify(call, Optional.empty());
        if (!used.use(proof.hash(), proof.endsAt())) {
            throw Rejection.of(Reason.PROOF_REPLAYED);
        }
        return proof.keyThumbprint();
    }
}
