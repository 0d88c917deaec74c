package org.mcpproxy.policy;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/** RFC 3986 2.1. */
final class PercentEncoding {

    /** An escape within an escape within an escape has no honest use; what is left is judged as it is. */
    private static final int MOST_DECODINGS = 8;

    /** As ECMAScript's {@code escape} writes it, and some servers read it. */
    private static final Pattern OTHER_ESCAPE = Pattern.compile("%u\\p{XDigit}{4}");

    private PercentEncoding() {}

    /** Decoded as often as there is something to decode. */
    static String decoded(String text) {
        String decoded = text;
        for (int i = 0; i < MOST_DECODINGS && decoded.indexOf('%') >= 0; i++) {
            decoded = decodedOnce(decoded);
        }
        return decoded;
    }

    /**
     * Whether another may find something in what was decoded that stands there no more, or not yet: octets that are no UTF-8
     * (overlong ones, say), or escapes of another kind.
     */
    static boolean isLeft(String decoded) {
        return decoded.indexOf('\uFFFD') >= 0 || OTHER_ESCAPE.matcher(decoded).find();
    }

    private static String decodedOnce(String text) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        int length = 0;
        // What is decoded is never longer, so that it may stand where it was read.
        for (int i = 0; i < encoded.length; i++) {
            int high = encoded[i] == '%' && i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(encoded[i + 2], 16) : -1;
            encoded[length++] = low >= 0 ? (byte) (high * 16 + low) : encoded[i];
            i += low >= 0 ? 2 : 0;
        }
        return new String(encoded, 0, length, StandardCharsets.UTF_8);
    }
}
