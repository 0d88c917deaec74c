package org.mcpproxy.grant;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What devices have asked for (RFC 8628). It is kept for an hour longer than it can be used, so that a device is told that its
 * code has expired, and a replay is known.
 */
public interface DeviceAuthorizations {

    /** How long a device waits between two questions, and by how much longer after one that came too soon (RFC 8628 3.5). */
    int INTERVAL_SECONDS = 5;

    /**
     * Keeps a new one, on which nobody has decided.
     *
     * @return false where its user code is another's: nothing is kept then
     * @throws org.mcpproxy.oauth.Rejection {@code SERVER_FULL} where no more can be held, {@code TOO_MANY_REQUESTS} where too
     *     many of this payer wait for a person
     */
    boolean begin(DeviceAuthorization begun);

    /** By the hash of its device code, however it stands. */
    Optional<DeviceAuthorization> find(String hash);

    /**
     * One that has not expired and on which nobody has decided, by its user code.
     *
     * @param userCodeHashes of one code, by each key that there is
     */
    Optional<DeviceAuthorization> findOpen(List<String> userCodeHashes);

    /**
     * Counts that the device asks how it stands.
     *
     * @return false where it came before the interval was over, which then grows by 5 seconds (RFC 8628 3.5), whichever node
     *     it asks
     */
    boolean poll(String hash);

    /** A person allowed it. True for one who decides, whoever else tries at the same time and wherever; never once it expired. */
    boolean allow(String hash, String grantId);

    /** A person denied it; as {@link #allow}. */
    boolean deny(String hash);

    /**
     * Uses up one that was allowed; all as {@link AuthorizationCodes#redeem} does with a code.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code GRANT_ENDED} where the grant does not live
     */
    boolean redeem(DeviceAuthorization allowed, Optional<RefreshToken> first, Instant grantExpiresAt);
}
