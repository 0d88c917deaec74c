package org.mcpproxy.config;

import javax.crypto.SecretKey;
import org.mcpproxy.oauth.Hkdf;

/** At least 32 random bytes, from which every key at rest is derived. Never shown. */
public record SecretKeyMaterial(byte[] bytes) {

    /** The key for one purpose; another purpose has another key. */
    public SecretKey derive(String purpose) {
        return Hkdf.derive(bytes, new byte[0], purpose);
    }

    /** A key that needs a second secret besides this one, such as a token that only its holder knows. */
    public SecretKey derive(String purpose, byte[] secondSecret) {
        return Hkdf.derive(bytes, secondSecret, purpose);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
