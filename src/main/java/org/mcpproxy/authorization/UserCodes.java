package org.mcpproxy.authorization;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import javax.crypto.SecretKey;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Hkdf;
import org.mcpproxy.oauth.Secret;

/**
 * The codes that people enter: eight letters without vowels, {@code WDJB-MJHT} (RFC 8628 6.1). They are 34 bits, which anybody
 * tries out who has their SHA-256, so they are kept by an HMAC under a key that is not in the store.
 */
@Singleton
public class UserCodes {

    private static final String LETTERS = "BCDFGHJKLMNPQRSTVWXZ";
    private static final int LENGTH = 8;
    private static final Pattern CODE = Pattern.compile("[" + LETTERS + "]{" + LENGTH + "}");

    /** What people put between the letters, or leave out: blanks, and every kind of dash. */
    private static final Pattern BETWEEN = Pattern.compile("[\\p{Z}\\s\\p{Pd}]+");

    private final List<byte[]> keys;
    private final RandomGenerator random;

    @Inject
    public UserCodes(Settings settings, RandomGenerator random) {
        this.keys = settings.secretKeys()
                .all()
                .map(material -> material.derive("user-code"))
                .map(SecretKey::getEncoded)
                .toList();
        this.random = random;
    }

    /** A new one, as the person sees it. */
    public Secret next() {
        StringBuilder letters = new StringBuilder();
        while (letters.length() < LENGTH) {
            letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return shown(letters.toString());
    }

    /** What somebody entered, as the device shows it; empty where that can be no code. */
    public Optional<Secret> parse(String entered) {
        String letters = BETWEEN.matcher(entered).replaceAll("").toUpperCase(Locale.ROOT);
        return Optional.of(letters).filter(text -> CODE.matcher(text).matches()).map(UserCodes::shown);
    }

    /** By which a new code is kept. */
    String hash(Secret code) {
        return hash(keys.get(0), code);
    }

    /** By which a code may have been kept: by the secret that is current, or by one before. */
    List<String> hashes(Secret code) {
        return keys.stream().map(key -> hash(key, code)).toList();
    }

    private static Secret shown(String letters) {
        return new Secret(letters.substring(0, LENGTH / 2) + "-" + letters.substring(LENGTH / 2));
    }

    private static String hash(byte[] key, Secret code) {
        byte[] mac = Hkdf.hmac(key, code.value().getBytes(StandardCharsets.US_ASCII));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(mac);
    }
}
