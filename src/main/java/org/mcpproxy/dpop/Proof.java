package org.mcpproxy.dpop;

import java.time.Instant;

/**
 * A proof that was found good, but for whether it was used before.
 *
 * @param keyThumbprint of the key that signed it (RFC 7638), in SHA-256: {@code jkt}
 * @param hash what tells it from all others: SHA-256 of the key, the request and {@code jti}
 * @param endsAt from when on it would be refused anyway
 */
public record Proof(String keyThumbprint, String hash, Instant endsAt) {}
