package org.mcpproxy.policy;

import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/** RFC 3986 2.1. */
final class PercentEncoding {

    /** An escape within an escape within an escape has no honest use; what is left is denied. */
    private static final int MOST_DECODINGS = 8;

    /** As ECMAScript's {@code escape} writes it, and some servers read it. */
    private static final Pattern OTHER_ESCAPE = Pattern.compile("%u\\p{XDigit}{4}");

    private PercentEncoding() {}

    /** Decoded as often as there is something to decode. */
    static String decoded(String text) {
        return decoded(text, UnaryOperator.identity());
    }

    /** @param between done before each decoding, and after the last */
    static String decoded(String text, UnaryOperator<String> between) {
        String decoded = between.apply(text);
        for (int i = 0; i < MOST_DECODINGS && decoded.indexOf('%') >= 0; i++) {
            decoded = between.apply(decodedOnce(decoded));
        }
        return decoded;
    }

    /**
     * Whether another may find something in what was decoded that does not stand there: where octets were no UTF-8 (overlong
     * ones, say), for control signs, at which some end and which some drop, and for escapes that are left, or of another kind.
     */
    static boolean isLeft(String decoded) {
        return decoded.chars().anyMatch(sign -> sign == '\uFFFD' || Character.isISOControl(sign))
                || hasEscape(decoded)
                || OTHER_ESCAPE.matcher(decoded).find();
    }

    /** Some take the digits of any script. */
    private static boolean hasEscape(String text) {
        boolean found = false;
        for (int at = text.indexOf('%'); !found && at >= 0 && at + 2 < text.length(); at = text.indexOf('%', at + 1)) {
            found = Character.digit(text.charAt(at + 1), 16) >= 0 && Character.digit(text.charAt(at + 2), 16) >= 0;
        }
        return found;
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
