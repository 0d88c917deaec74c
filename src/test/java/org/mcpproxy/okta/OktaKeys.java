package org.mcpproxy.okta;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The org's signing keys: the current one signs, the published ones stand at the keys endpoint. */
final class OktaKeys implements JWKSource<SecurityContext> {

    private final List<RSAKey> published = new ArrayList<>();
    private final List<RSAKey> everUsed = new ArrayList<>();
    private RSAKey current;

    OktaKeys() {
        rotate();
    }

    /** Signs with a new key from now on; the old one stays published. */
    synchronized void rotate() {
        current = newKey();
        published.add(current);
        everUsed.add(current);
    }

    /** Withdraws every key but the current one. */
    synchronized void withdrawOld() {
        published.retainAll(List.of(current));
    }

    String sign(Map<String, Object> claims) {
        return sign(claims, current(), null);
    }

    synchronized RSAKey current() {
        return current;
    }

    synchronized List<RSAKey> everUsed() {
        return List.copyOf(everUsed);
    }

    static String sign(Map<String, Object> claims, RSAKey key, JOSEObjectType type) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .keyID(key.getKeyID())
                    .type(type)
                    .build();
            JWSObject jws = new JWSObject(header, new Payload(claims));
            jws.sign(new RSASSASigner(key));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String signWithPublicKey(Map<String, Object> claims, RSAKey key) {
        try {
            JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                    .keyID(key.getKeyID())
                    .build();
            JWSObject jws = new JWSObject(header, new Payload(claims));
            jws.sign(new MACSigner(key.toRSAPublicKey().getEncoded()));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048)
                    .keyID(UUID.randomUUID().toString())
                    .keyUse(KeyUse.SIGNATURE)
                    .algorithm(JWSAlgorithm.RS256)
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public synchronized List<JWK> get(JWKSelector selector, SecurityContext context) {
        return selector.select(new JWKSet(new ArrayList<JWK>(published)));
    }
}
