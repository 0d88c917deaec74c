package org.mcpproxy.client;

import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.net.URI;
import java.util.Optional;

/**
 * The public keys that a client's assertions are checked with (RFC 7591 2): one of the two is there.
 *
 * @param set as they stand in the client's document, or in the administrator's file
 * @param location where they are to be fetched
 */
public record ClientKeys(Optional<JWKSet> set, Optional<URI> location) {

    private static final int MOST = 8;

    /** In bits (RFC 7518 3.3). */
    private static final int SMALLEST_RSA_KEY = 2048;

    /** In bits. */
    private static final int LARGEST_RSA_KEY = 4096;

    /**
     * Whether these can be taken. Public keys alone: whoever may read a symmetric key, or a private one, could sign with it.
     * None that anybody can break, and none that takes long to check with: a stranger chose them.
     */
    public static boolean areUsable(JWKSet set) {
        return set.size() <= MOST
                && set.getKeys().stream().noneMatch(JWK::isPrivate)
                && set.getKeys().stream().allMatch(ClientKeys::isUsual);
    }

    private static boolean isUsual(JWK key) {
        if (key instanceof RSAKey rsa) {
            return rsa.size() >= SMALLEST_RSA_KEY
                    && rsa.size() <= LARGEST_RSA_KEY
                    && rsa.getPublicExponent().decodeToBigInteger().bitLength() <= Integer.SIZE;
        }
        return true;
    }
}
