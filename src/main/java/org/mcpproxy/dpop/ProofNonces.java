package org.mcpproxy.dpop;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Hkdf;
import org.mcpproxy.oauth.SecretKeyMaterial;

/**
 * The nonces that every proof must have (RFC 9449 8, 9). There is a new one each half minute, the same at every endpoint and on
 * every node, derived from {@code SESSION_SECRET_KEY}: nothing is kept of them, and nobody else knows one before its time.
 */
@Singleton
public class ProofNonces {

    /** The name of the response header that supplies one. */
    public static final String HEADER = "DPoP-Nonce";

    static final Duration STEP = Duration.ofSeconds(30);

    /** How many are good besides the present one. The next one may come from a node whose clock is ahead. */
    private static final int PREVIOUS = 3;

    private static final int NEXT = 1;

    /** For how long a proof that came now may be good yet. */
    static final Duration LONGEST = STEP.multipliedBy(NEXT + PREVIOUS + 1);

    private static final int BYTES = 16;

    private final List<byte[]> keys;
    private final Clock clock;

    /** While {@code SESSION_SECRET_KEY} changes, nodes with the old one and with the new one supply nonces. */
    @Inject
    public ProofNonces(Settings settings, Clock clock) {
        this.keys = settings.secretKeys().all().map(ProofNonces::key).toList();
        this.clock = clock;
    }

    private static byte[] key(SecretKeyMaterial material) {
        return material.derive("dpop-nonce").getEncoded();
    }

    /** The one to be supplied now: good for a minute and a half at least. */
    public String current() {
        return nonce(keys.get(0), step());
    }

    /** When this one ends; empty where it is none, or has ended. */
    Optional<Instant> end(String nonce) {
        long now = step();
        return LongStream.rangeClosed(now - PREVIOUS, now + NEXT)
                .filter(step -> keys.stream().anyMatch(key -> isEqual(nonce(key, step), nonce)))
                .mapToObj(step -> Instant.ofEpochSecond((step + PREVIOUS + 1) * STEP.toSeconds()))
                .findFirst();
    }

    private static boolean isEqual(String right, String given) {
        return MessageDigest.isEqual(right.getBytes(StandardCharsets.US_ASCII), given.getBytes(StandardCharsets.UTF_8));
    }

    private long step() {
        return Math.floorDiv(clock.instant().getEpochSecond(), STEP.toSeconds());
    }

    private static String nonce(byte[] key, long step) {
        byte[] mac =
                Hkdf.hmac(key, ByteBuffer.allocate(Long.BYTES).putLong(step).array());
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(mac, BYTES));
    }
}
