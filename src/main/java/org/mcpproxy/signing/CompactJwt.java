package org.mcpproxy.signing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Secret;

/** A JWT in its compact form (RFC 7519 3), signed by us. Its type says what it is for, so that none is taken for another. */
final class CompactJwt {

    private CompactJwt() {}

    static Secret signed(RSAKey key, JOSEObjectType type, JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(Capabilities.SIGNING_ALGORITHM)
                .type(type)
                .keyID(key.getKeyID())
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("The signing key cannot sign", e);
        }
        return new Secret(jwt.serialize());
    }
}
