package org.mcpproxy.oauth;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * Derives keys with HKDF-SHA-256 (RFC 5869). The JDK's own comes with Java 25, and this is to run on 17; one block of
 * output, 256 bits, is all that is ever needed.
 */
public final class Hkdf {

    private static final String HMAC = "HmacSHA256";

    private Hkdf() {}

    /**
     * A 256-bit key.
     *
     * @param material the input keying material, of at least 256 bits of entropy
     * @param salt a second input, or empty
     * @param purpose names the key, so that no two uses share one
     */
    public static SecretKey derive(byte[] material, byte[] salt, String purpose) {
        byte[] extracted = hmac(salt.length == 0 ? new byte[32] : salt, material);
        byte[] info = purpose.getBytes(StandardCharsets.UTF_8);
        byte[] block = new byte[info.length + 1];
        System.arraycopy(info, 0, block, 0, info.length);
        block[info.length] = 1;
        return new SecretKeySpec(hmac(extracted, block), "AES");
    }

    /** HMAC-SHA-256 (RFC 2104). */
    public static byte[] hmac(byte[] key, byte[] message) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(key, HMAC));
            return mac.doFinal(message);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("Every Java platform has " + HMAC, e);
        }
    }
}
