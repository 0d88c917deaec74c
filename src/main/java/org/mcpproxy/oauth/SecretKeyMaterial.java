package org.mcpproxy.oauth;

import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.SecretKey;

/** At least 32 random bytes, from which every key at rest is derived. Never shown. */
public record SecretKeyMaterial(byte[] bytes) {

    /** In bytes. */
    static final int ID_LENGTH = 8;

    /** The key for one purpose; another purpose has another key. */
    public SecretKey derive(String purpose) {
        return Hkdf.derive(bytes, new byte[0], purpose);
    }

    /**
     * A key that needs a second secret besides this one, such as a token that only its holder knows. That one is the input
     * and not the salt: HMAC takes a key of more than 64 bytes for its SHA-256 (RFC 2104 2), which is what we keep of tokens.
     */
    public SecretKey derive(String purpose, byte[] secondSecret) {
        return Hkdf.derive(secondSecret, bytes, purpose);
    }

    /** Names this material without telling anything of it, in 16 hexadecimal digits: what it sealed is marked so. */
    public String id() {
        return HexFormat.of().formatHex(Arrays.copyOf(derive("key id").getEncoded(), ID_LENGTH));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SecretKeyMaterial material && Arrays.equals(bytes, material.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
