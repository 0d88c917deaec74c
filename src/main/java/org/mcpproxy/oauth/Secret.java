package org.mcpproxy.oauth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * A value that must not be seen: a code, a token, a client secret, a state. Its {@code toString} tells nothing, so it
 * cannot reach a log by accident, and it is compared in constant time.
 */
public record Secret(String value) {

    private static final int BYTES = 32;

    /** To be cloned: to ask all security providers for one takes longer than the hash. */
    private static final MessageDigest SHA_256 = sha256();

    public Secret {
        Objects.requireNonNull(value);
    }

    /**
     * A new value of 256 random bits, base64url without padding (43 characters).
     *
     * @param random a cryptographically strong source
     */
    public static Secret random(RandomGenerator random) {
        byte[] bytes = new byte[BYTES];
        random.nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /**
     * The SHA-256 by which this value is stored and found, base64url without padding (43 characters, always). Safe
     * without salt or stretching because what is hashed are 256 random bits.
     */
    public String hash() {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sha256(value));
    }

    /** Whether this is the value that was stored as {@code hash}, in constant time. */
    public boolean hashesTo(String hash) {
        return MessageDigest.isEqual(hash().getBytes(StandardCharsets.US_ASCII), hash.getBytes(StandardCharsets.UTF_8));
    }

    private static byte[] sha256(String value) {
        try {
            return ((MessageDigest) SHA_256.clone()).digest(value.getBytes(StandardCharsets.UTF_8));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("A hash of the Java platform can be cloned", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.hashesTo(hash());
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
