package org.mcpproxy.okta;

import com.nimbusds.jose.Payload;
import com.nimbusds.jose.PlainObject;
import com.nimbusds.jose.jwk.RSAKey;
import java.util.Map;

/** Signs with the org's key, or as the faults that are switched on say. */
record FaultySignature(OktaKeys keys, Faults faults) {

    String sign(Map<String, Object> claims) {
        if (faults.has(TokenFault.UNSIGNED)) {
            return unsigned(claims);
        }
        if (faults.has(TokenFault.UNKNOWN_KEY)) {
            return OktaKeys.sign(claims, OktaKeys.newKey(), null);
        }
        if (faults.has(TokenFault.BAD_SIGNATURE)) {
            return OktaKeys.sign(claims, impostor(), null);
        }
        return keys.sign(claims);
    }

    /** Another key, under the name of the org's. */
    RSAKey impostor() {
        return new RSAKey.Builder(OktaKeys.newKey())
                .keyID(keys.current().getKeyID())
                .build();
    }

    static String unsigned(Map<String, Object> claims) {
        return new PlainObject(new Payload(claims)).serialize();
    }
}
