package org.mcpproxy.store;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import jakarta.inject.Singleton;
import java.util.Optional;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.signing.SigningKeys;

/** One signing key, made when the server starts. */
@Singleton
public class MemorySigningKeys implements SigningKeys {

    private static final int BITS = 2048;

    private final RSAKey key;

    public MemorySigningKeys() {
        try {
            key = new RSAKeyGenerator(BITS)
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(Capabilities.SIGNING_ALGORITHM)
                    .keyIDFromThumbprint(true)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException("An RSA key cannot be made", e);
        }
    }

    @Override
    public RSAKey current() {
        return key;
    }

    @Override
    public Optional<RSAKey> find(String keyId) {
        return Optional.of(key).filter(known -> known.getKeyID().equals(keyId));
    }

    @Override
    public JWKSet published() {
        return new JWKSet(key.toPublicJWK());
    }
}
