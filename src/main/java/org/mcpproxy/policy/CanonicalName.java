package org.mcpproxy.policy;

import java.text.Normalizer;
import java.util.Locale;

/**
 * Names that a lenient backend may take for one another have one canonical form: {@code Delete_File} is held to the rules
 * of {@code delete_file}. Those of resources: {@link CanonicalUri}.
 */
public final class CanonicalName {

    private CanonicalName() {}

    /** Of a tool or prompt: compatibility forms resolved (NFKC), without case, blanks, control and formatting signs. */
    public static String of(String name) {
        if (isPlain(name)) {
            return name;
        }
        String compatible = Normalizer.normalize(name, Normalizer.Form.NFKC);
        StringBuilder visible = new StringBuilder(compatible.length());
        for (int at = 0, sign; at < compatible.length(); at += Character.charCount(sign)) {
            sign = compatible.codePointAt(at);
            if (!isInvisible(sign)) {
                visible.appendCodePoint(sign);
            }
        }
        return withoutCase(visible.toString());
    }

    /** Some compare capitals, and some small letters, of which a capital sharp s and a sigma have more than one. */
    private static String withoutCase(String name) {
        return name.toLowerCase(Locale.ROOT)
                .toUpperCase(Locale.ROOT)
                .toLowerCase(Locale.ROOT)
                .replace('\u03C2', '\u03C3');
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
}
