package org.mcpproxy.oauth;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/**
 * Seals values for keeping: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce. Before the ciphertext stand the id
 * of the secret and the nonce. What a value belongs to is bound to it, so that it cannot be moved to another row.
 */
public final class SealedBox {

    private static final String TRANSFORMATION = "AES/GCM/NoPadding";
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEAD = SecretKeyMaterial.ID_LENGTH + NONCE_BYTES;

    private final Map<String, SecretKey> keys;
    private final String current;
    private final RandomGenerator random;

    /** @param keys of 256 bits by the id of their secret; the first one seals */
    SealedBox(Map<String, SecretKey> keys, RandomGenerator random) {
        this.keys = keys;
        this.current = keys.keySet().iterator().next();
        this.random = random;
    }

    /** @param belongsTo what must be named again to open it */
    public byte[] seal(String plain, String belongsTo) {
        return seal(plain.getBytes(StandardCharsets.UTF_8), belongsTo);
    }

    /** As {@link #seal(String, String)}. */
    public byte[] seal(byte[] plain, String belongsTo) {
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        try {
            byte[] sealed = cipher(Cipher.ENCRYPT_MODE, keys.get(current), nonce, belongsTo)
                    .doFinal(plain);
            return ByteBuffer.allocate(HEAD + sealed.length)
                    .put(HexFormat.of().parseHex(current))
                    .put(nonce)
                    .put(sealed)
                    .array();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM cannot seal", e);
        }
    }

    /**
     * What was sealed; empty where it was sealed for something else, was altered or cut off.
     *
     * @throws Rejection {@code SECRET_KEY_UNKNOWN} where the secret that sealed it is not here: the value is not bad, and
     *     must not be thrown away
     */
    public Optional<String> open(byte[] sealed, String belongsTo) {
        return openBytes(sealed, belongsTo).map(plain -> new String(plain, StandardCharsets.UTF_8));
    }

    /** As {@link #open}, of what was not text. */
    public Optional<byte[]> openBytes(byte[] sealed, String belongsTo) {
        // the JDK fails on what is too short to hold a tag, rather than refuse it
        if (sealed.length < HEAD + TAG_BITS / Byte.SIZE) {
            return Optional.empty();
        }
        SecretKey key = keys.get(secretId(sealed));
        if (key == null) {
            throw Rejection.of(Reason.SECRET_KEY_UNKNOWN);
        }
        byte[] nonce = Arrays.copyOfRange(sealed, SecretKeyMaterial.ID_LENGTH, HEAD);
        try {
            return Optional.of(
                    cipher(Cipher.DECRYPT_MODE, key, nonce, belongsTo).doFinal(sealed, HEAD, sealed.length - HEAD));
        } catch (AEADBadTagException e) {
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM cannot open", e);
        }
    }

    /** The id of the secret that sealed this. */
    public static String secretId(byte[] sealed) {
        return HexFormat.of().formatHex(Arrays.copyOf(sealed, SecretKeyMaterial.ID_LENGTH));
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, String belongsTo)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(belongsTo.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }
}
