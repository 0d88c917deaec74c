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
     */
    boolean use(String hash, Instant expiresAt);

    /**
     * For a client that anybody may be: there may be any number of these, and of their assertions.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more are held for such
     */
    void requireRoom();
}
