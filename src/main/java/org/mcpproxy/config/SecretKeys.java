package org.mcpproxy.config;

import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;
import org.mcpproxy.oauth.SecretKeyMaterial;

/** Reads {@code SESSION_SECRET_KEY}: at least 32 bytes, in hex, base64 or base64url. */
final class SecretKeys {

    static final int LEAST_BYTES = 32;

    private static final Pattern HEX = Pattern.compile("([0-9a-fA-F]{2}){" + LEAST_BYTES + ",}");
    private static final String REMEDY = "must be at least " + LEAST_BYTES
            + " random bytes in base64 or hex. Make one with: openssl rand -base64 32.";

    private SecretKeys() {}

    static SecretKeyMaterial parse(String text) throws BadSetting {
        byte[] bytes = decode(text);
        if (bytes.length < LEAST_BYTES) {
            throw new BadSetting(REMEDY);
        }
        return new SecretKeyMaterial(bytes);
    }

    /** Text of hex digits alone is hex, though it would be base64 as well. */
    private static byte[] decode(String text) throws BadSetting {
        if (HEX.matcher(text).matches()) {
            return HexFormat.of().parseHex(text);
        }
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            throw new BadSetting(REMEDY);
        }
    }
}
