package org.mcpproxy.policy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** RFC 3986 2.1. */
final class PercentEncoding {

    /** An escape within an escape within an escape has no honest use; what is left is judged as it is. */
    private static final int MOST_DECODINGS = 8;

    private PercentEncoding() {}

    /** Decoded as often as there is something to decode. */
    static String decoded(String text) {
        String decoded = text;
        for (int i = 0; i < MOST_DECODINGS && decoded.indexOf('%') >= 0; i++) {
            decoded = decodedOnce(decoded);
        }
        return decoded;
    }

    private static String decodedOnce(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < encoded.length; i++) {
            int high = encoded[i] == '%' && i + 2 < encoded.length ? Character.digit(encoded[i + 1], 16) : -1;
            int low = high >= 0 ? Character.digit(encoded[i + 2], 16) : -1;
            if (low >= 0) {
                bytes.write(high * 16 + low);
                i += 2;
            } else {
                bytes.write(encoded[i]);
            }
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
