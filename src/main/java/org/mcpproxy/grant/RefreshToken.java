package org.mcpproxy.grant;

import java.time.Instant;
import java.util.Optional;

/**
 * A refresh token, as it is kept: by the hash of its value. All tokens of one grant are one family.
 *
 * @param rotation set once it was used; it is kept until it expires, to know a reuse
 */
public record RefreshToken(
        String hash, String grantId, String clientId, Instant expiresAt, Optional<Rotation> rotation) {

    /** The same token, exchanged for a successor. */
    public RefreshToken rotated(Rotation rotation) {
        return new RefreshToken(hash, grantId, clientId, expiresAt, Optional.of(rotation));
    }

    /**
     * That it was exchanged for a successor.
     *
     * @param sealedAnswer the answer that was given, sealed with the token's own value, for a client that asks again
     */
    public record Rotation(Instant at, byte[] sealedAnswer) {}
}
