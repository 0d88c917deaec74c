package org.mcpproxy.policy;

import java.text.Normalizer;

/**
 * Names that a lenient backend may take for one another have one canonical form: {@code Delete_File} is held to the rules
 * of {@code delete_file}. Those of resources: {@link CanonicalUri}.
 */
public final class CanonicalName {

    /** In signs. RFC 9110 4.1 asks for 8,000 of a URI. */
    private static final int LONGEST = 8_192;

    /** On one letter, as in Stream-Safe Text (Unicode Standard Annex 15). */
    private static final int MOST_MARKS = 30;

    private static final int SHARP_S = 0xDF;

    private CanonicalName() {}

    /** Whether a name may have one. What is longer, or has more marks on a letter, has no honest use, and takes long. */
    static boolean isBounded(String name) {
        if (name.length() > LONGEST) {
            return false;
        }
        int marks = 0;
        for (int at = 0, sign; at < name.length() && marks <= MOST_MARKS; at += Character.charCount(sign)) {
            sign = name.codePointAt(at);
            marks = isMark(sign) ? marks + 1 : 0;
        }
        return marks <= MOST_MARKS;
    }

    /**
     * Of a tool or prompt: compatibility forms resolved (NFKC), without case, blanks, control and formatting signs.
     *
     * @param name which {@code isBounded}, or is short
     */
    public static String of(String name) {
        if (isPlain(name)) {
            return name;
        }
        String compatible = compatible(name);
        StringBuilder visible = new StringBuilder(compatible.length());
        for (int at = 0, sign; at < compatible.length(); at += Character.charCount(sign)) {
            sign = compatible.codePointAt(at);
            if (!isInvisible(sign)) {
                appendWithoutCase(visible, sign);
            }
        }
        return visible.toString();
    }

    /** With compatibility forms resolved (NFKC). */
    static String compatible(String name) {
        return Normalizer.normalize(name, Normalizer.Form.NFKC);
    }

    /** Some compare capitals, and some small letters, of which a capital sharp s and a sigma have more than one. */
    private static void appendWithoutCase(StringBuilder text, int sign) {
        int folded = Character.toLowerCase(Character.toUpperCase(Character.toLowerCase(sign)));
        if (folded == SHARP_S) {
            text.append("ss");
        } else {
            text.appendCodePoint(folded);
        }
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

    private static boolean isMark(int sign) {
        int type = Character.getType(sign);
        return type == Character.NON_SPACING_MARK
                || type == Character.COMBINING_SPACING_MARK
                || type == Character.ENCLOSING_MARK;
    }
}
