package org.mcpproxy.policy;

import java.util.List;

/**
 * A name in which each {@code *} stands for any number of signs. Matched from left to right without going back, so its
 * cost grows with the length of the name alone.
 *
 * @param pieces the text before, between and after the stars
 */
record NamePattern(List<String> pieces) {

    static NamePattern of(String text) {
        return new NamePattern(List.of(text.split("\\*", -1)));
    }

    /** Whether there is a star in it; without one it is a name, and found faster in a map. */
    static boolean isPattern(String text) {
        return text.indexOf('*') >= 0;
    }

    boolean matches(String name) {
        String first = pieces.get(0);
        String last = pieces.get(pieces.size() - 1);
        int at = first.length();
        int end = name.length() - last.length();
        if (end < at || !name.startsWith(first) || !name.endsWith(last)) {
            return false;
        }
        for (String piece : pieces.subList(1, pieces.size() - 1)) {
            int found = name.indexOf(piece, at);
            if (found < 0 || found + piece.length() > end) {
                return false;
            }
            at = found + piece.length();
        }
        return true;
    }
}
