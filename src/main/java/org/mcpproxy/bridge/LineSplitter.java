package org.mcpproxy.bridge;

import java.util.Arrays;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Utf8;

/** Makes lines of what comes in pieces, wherever it was cut. A line ends with LF or CRLF, and is UTF-8. */
final class LineSplitter {

    private final int longest;
    private final Unfinished unfinished;
    private final Consumer<String> lines;
    private final LineBuffer line = new LineBuffer();

    /** @param longest a line's bytes, without its end */
    LineSplitter(int longest, Unfinished unfinished, Consumer<String> lines) {
        this.longest = longest;
        this.unfinished = unfinished;
        this.lines = lines;
    }

    /** @throws BadLineException where a line is too long, there is no room for it, or it is no UTF-8 */
    void add(byte[] bytes, int length) {
        int from = 0;
        for (int at = 0; at < length; at++) {
            if (bytes[at] == '\n') {
                append(bytes, from, at);
                from = at + 1;
                end();
            }
        }
        append(bytes, from, length);
        unfinished.holds(line.size());
    }

    private void append(byte[] bytes, int from, int to) {
        if (line.size() + (to - from) > longest) {
            throw new BadLineException("a line that is too long");
        }
        line.write(bytes, from, to - from);
    }

    private void end() {
        byte[] whole = line.taken();
        int length = whole.length > 0 && whole[whole.length - 1] == '\r' ? whole.length - 1 : whole.length;
        lines.accept(Utf8.text(Arrays.copyOf(whole, length))
                .orElseThrow(() -> new BadLineException("a line that is not UTF-8")));
    }
}
