package org.mcpproxy.policy;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * Names that a lenient backend may take for one another have one canonical form: {@code Delete_File} is held to the rules
 * of {@code delete_file}, and {@code file:///public/../secret} to those of {@code file:///secret}.
 */
public final class CanonicalName {

    /** An escape within an escape within an escape has no honest use; what is left is judged as it is. */
    private static final int MOST_DECODINGS = 8;

    private CanonicalName() {}

    /** Of a tool or prompt: compatibility forms resolved (NFKC), without case, blanks, control and formatting signs. */
    public static String of(String name) {
        if (isPlain(name)) {
            return name;
        }
        StringBuilder visible = new StringBuilder();
        Normalizer.normalize(name, Normalizer.Form.NFKC)
                .codePoints()
                .filter(sign -> !isInvisible(sign))
                .forEach(visible::appendCodePoint);
        return visible.toString().toLowerCase(Locale.ROOT);
    }

    /** Of a resource: as above, and percent-decoded, with {@code /} for each run of slashes, without dot segments. */
    static String ofUri(String uri) {
        String decoded = uri;
        for (int i = 0; i < MOST_DECODINGS && decoded.indexOf('%') >= 0; i++) {
            decoded = percentDecoded(decoded);
        }
        return withoutDotSegments(of(decoded).replace('\\', '/'));
    }

    private static boolean isPlain(String name) {
        return name.chars()
                .allMatch(sign -> (sign >= 'a' && sign <= 'z')
                        || (sign >= '0' && sign <= '9')
                        || sign == '_'
                        || sign == '-'
                        || sign == '.'
                        || sign == '/');
    }

    private static boolean isInvisible(int sign) {
        return Character.isWhitespace(sign)
                || Character.isSpaceChar(sign)
                || Character.isISOControl(sign)
                || Character.getType(sign) == Character.FORMAT;
    }

    private static String percentDecoded(String text) {
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

    private static String withoutDotSegments(String uri) {
        Deque<String> segments = new ArrayDeque<>();
        for (String segment : uri.split("/", -1)) {
            if (segment.equals("..")) {
                if (segments.size() > 1) {
                    segments.removeLast();
                }
            } else if (!segment.equals(".") && !(segment.isEmpty() && !segments.isEmpty())) {
                segments.addLast(segment);
            }
        }
        return String.join("/", segments);
    }
}
