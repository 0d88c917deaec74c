package org.mcpproxy.grant;

import java.time.Duration;
import java.util.Optional;

/** Okta's tokens behind each grant, sealed, and the right to refresh them, which one holder has at a time. */
public interface UpstreamSessions {

    void save(String grantId, byte[] sealedTokens);

    /**
     * Puts newer tokens in the place of those that are kept.
     *
     * @param holder who has the lease, be its time over, as long as nobody else has taken it
     * @return false where another has the lease by now, or there are none: their grant has ended
     */
    boolean replace(String grantId, String holder, byte[] sealedTokens);

    Optional<byte[]> find(String grantId);

    void remove(String grantId);

    /**
     * Takes the lease on a session, where nobody has it or its time is over.
     *
     * @param holder whoever it is, unlike all others
     * @param longest after which it is free again, should the holder die
     */
    boolean lease(String grantId, String holder, Duration longest);

    /** Whether somebody had the lease and never gave it back, though its time is over. */
    boolean isOverdue(String grantId);

    /** Gives the lease back, where this holder still has it. */
    void release(String grantId, String holder);
}
