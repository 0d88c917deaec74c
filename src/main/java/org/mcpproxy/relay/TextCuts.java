package org.mcpproxy.relay;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Changes to parts of a text, each noted when it is found, and all made in the end. */
final class TextCuts {

    private final String text;
    private final TreeMap<Integer, Cut> cuts = new TreeMap<>();

    TextCuts(String text) {
        this.text = text;
    }

    /** @param to exclusive */
    void replace(int from, int to, String by) {
        cuts.put(from, new Cut(to, by));
    }

    /** Leaves these parts alone, with commas between them. */
    void keep(int from, int to, List<int[]> parts) {
        StringBuilder kept = new StringBuilder();
        for (int[] part : parts) {
            kept.append(kept.isEmpty() ? "" : ",").append(text, part[0], part[1]);
        }
        replace(from, to, kept.toString());
    }

    /** The text with all changes made; the same one where there are none. */
    String changed() {
        if (cuts.isEmpty()) {
            return text;
        }
        StringBuilder changed = new StringBuilder();
        int at = 0;
        for (Map.Entry<Integer, Cut> cut : cuts.entrySet()) {
            changed.append(text, at, cut.getKey()).append(cut.getValue().by());
            at = cut.getValue().to();
        }
        return changed.append(text, at, text.length()).toString();
    }

    private record Cut(int to, String by) {}
}
