package org.mcpproxy.dpop;

import java.time.Instant;

/** The proofs that came to this authorization server's own endpoints, on whatever node. */
public interface UsedProofs {

    /**
     * Marks one as used.
     *
     * @param hash of what names it
     * @param endsAt from when on it would be refused anyway
     * @return false where it was used before
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more are held
     */
    boolean use(String hash, Instant endsAt);
}
