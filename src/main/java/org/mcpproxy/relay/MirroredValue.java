package org.mcpproxy.relay;

import java.util.Base64;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Utf8;

/** Decodes {@code Mcp-Name} and {@code Mcp-Param-*} (MCP 2026-07-28, Streamable HTTP, Value Encoding). */
final class MirroredValue {

    private static final String PREFIX = "=?base64?";
    private static final String SUFFIX = "?=";

    private MirroredValue() {}

    /** @throws Rejection {@code HEADER_MISMATCH} where the value is not visible ASCII, or its Base64 or UTF-8 is invalid */
    static String decode(String value) {
        if (!value.chars().allMatch(MirroredValue::allowed)) {
            throw Rejection.of(Reason.HEADER_MISMATCH);
        }
        if (!value.startsWith(PREFIX)
                || !value.endsWith(SUFFIX)
                || value.length() < PREFIX.length() + SUFFIX.length()) {
            return value;
        }
        return utf8(value.substring(PREFIX.length(), value.length() - SUFFIX.length()));
    }

    private static boolean allowed(int character) {
        return character == '\t' || (character >= ' ' && character <= '~');
    }

    private static String utf8(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            requireCanonical(bytes, base64);
            return Utf8.text(bytes).orElseThrow(() -> Rejection.of(Reason.HEADER_MISMATCH));
        } catch (IllegalArgumentException e) {
            throw Rejection.of(Reason.HEADER_MISMATCH);
        }
    }

    /** One value has one encoding: without padding, or with stray bits in it, another decoder might see another value. */
    private static void requireCanonical(byte[] bytes, String base64) {
        if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
            throw Rejection.of(Reason.HEADER_MISMATCH);
        }
    }
}
