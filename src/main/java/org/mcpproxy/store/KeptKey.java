package org.mcpproxy.store;

import com.nimbusds.jose.jwk.RSAKey;
import java.time.Instant;
import java.util.Optional;

/**
 * A signing key, as it is kept.
 *
 * @param verifiesUntil when its last token has expired; set once another is to follow it
 */
record KeptKey(RSAKey key, Instant signsFrom, Optional<Instant> verifiesUntil) {

    String id() {
        return key.getKeyID();
    }

    boolean signsAt(Instant time) {
        return !time.isBefore(signsFrom);
    }

    boolean verifiesAt(Instant time) {
        return verifiesUntil.map(time::isBefore).orElse(true);
    }
}
