package org.mcpproxy.signing;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.UnverifiedJwt;

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

    /**
     * The claims of one that we signed, and that is of this type; of its claims nothing has been judged.
     *
     * @throws Rejection {@code TOKEN_MALFORMED}, {@code TOKEN_SIGNATURE_WRONG} or {@code STORE_UNAVAILABLE}
     */
    static JWTClaimsSet verified(Secret token, JOSEObjectType type, SigningKeys keys) {
        try {
            SignedJWT jwt = parse(token);
            if (!type.equals(jwt.getHeader().getType())
                    || !Capabilities.SIGNING_ALGORITHM.equals(jwt.getHeader().getAlgorithm())) {
                throw Rejection.of(Reason.TOKEN_MALFORMED);
            }
            RSAKey key =
                    keys.find(jwt.getHeader().getKeyID()).orElseThrow(() -> Rejection.of(Reason.TOKEN_SIGNATURE_WRONG));
            if (!jwt.verify(new RSASSAVerifier(key.toRSAPublicKey()))) {
                throw Rejection.of(Reason.TOKEN_SIGNATURE_WRONG);
            }
            return jwt.getJWTClaimsSet();
        } catch (ParseException e) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        } catch (JOSEException e) {
            throw Rejection.of(Reason.TOKEN_SIGNATURE_WRONG);
        }
    }

    private static SignedJWT parse(Secret token) {
        return UnverifiedJwt.parse(token.value()).orElseThrow(() -> Rejection.of(Reason.TOKEN_MALFORMED));
    }
}
