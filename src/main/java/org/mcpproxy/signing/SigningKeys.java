package org.mcpproxy.signing;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.time.Duration;
import java.util.Optional;

/** The keys that sign our access tokens. */
public interface SigningKeys {

    /** For how long others may keep what is published: a key must have been published for longer before it signs. */
    Duration MAX_AGE = Duration.ofMinutes(5);

    /**
     * The private key that signs now.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE} where the keys have not been read yet
     */
    RSAKey current();

    /**
     * A published key by its id, for verifying.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE} where it may be one that this node could not hear of
     */
    Optional<RSAKey> find(String keyId);

    /** The public keys: the current one, and every one whose tokens may still live. */
    JWKSet published();
}
