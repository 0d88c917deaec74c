package org.mcpproxy.grant;

import java.time.Instant;
import java.util.Optional;

/**
 * A refresh token, as it is kept: by the hash of its value. All tokens of one grant are one family.
 *
 * @param familyHash see {@link RefreshTokenValue}
 * @param keyThumbprint of the key whose holder alone may use it: a public client's that proved to have one (RFC 9449 5)
 * @param rotation set once it was used; it is kept for the grace, in which its client may repeat the request
 */
public record RefreshToken(
        String hash,
        String familyHash,
        String grantId,
        String clientId,
        Optional<String> keyThumbprint,
        Instant expiresAt,
        Optional<Rotation> rotation) {

    /**
     * That it was exchanged for a successor.
     *
     * @param sealedAnswer the answer that was given, sealed with the token's own value, for a client that asks again
     */
    public record Rotation(Instant at, byte[] sealedAnswer) {}
}
