package org.mcpproxy.signing;

import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Optional;

/** The keys that sign our access tokens. */
public interface SigningKeys {

    /** The private key that signs now. */
    RSAKey current();

    /** A published key by its id, for verifying. */
    Optional<RSAKey> find(String keyId);

    /** The public keys: the current one, and every one whose tokens may still live. */
    JWKSet published();
}
