package org.mcpproxy.client;

import java.time.Instant;

/** The assertions by which clients have authenticated, on whatever node. */
public interface UsedAssertions {

    /**
     * Marks one as used.
     *
     * @param hash of what names it
     * @param expiresAt from when on it would be refused anyway
     * @return false where it was used before
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held
     */
    boolean use(String hash, Instant expiresAt);
}
