package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.web.BodyBudget;

class LineSplitterTest {

    private final BodyBudget memory = new BodyBudget(1_000_000, 200_000);
    private final Unfinished unfinished = new Unfinished(memory.share("ada"));
    private final List<String> lines = new ArrayList<>();

    @Test
    void aCutAnywhereMakesNoDifference() {
        byte[] text = "{\"a\":\"ä€😀\"}\r\n\n{\"b\":1}\nrest".getBytes(StandardCharsets.UTF_8);
        for (int cut = 0; cut <= text.length; cut++) {
            lines.clear();
            LineSplitter splitter = new LineSplitter(100, unfinished, lines::add);
            add(splitter, Arrays.copyOfRange(text, 0, cut));
            add(splitter, Arrays.copyOfRange(text, cut, text.length));

            assertThat(lines).as("cut at %d", cut).containsExactly("{\"a\":\"ä€😀\"}", "", "{\"b\":1}");
        }
    }

    @Test
    void aLineMayBeAsLongAsAllowedAndNoLonger() {
        LineSplitter splitter = new LineSplitter(3, unfinished, lines::add);
        add(splitter, "abc\n".getBytes(StandardCharsets.UTF_8));

        assertThat(lines).containsExactly("abc");
        assertThatThrownBy(() -> add(splitter, "abcd".getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(BadLineException.class);
    }

    @Test
    void whatIsNotUtf8IsNoLine() {
        LineSplitter splitter = new LineSplitter(100, unfinished, lines::add);

        assertThatThrownBy(() -> add(splitter, new byte[] {'"', (byte) 0xff, '"', '\n'}))
                .isInstanceOf(BadLineException.class);
    }

    private static void add(LineSplitter splitter, byte[] bytes) {
        splitter.add(bytes, bytes.length);
    }

    @Test
    void aLongLineThatHasNotEndedHoldsItsPart() {
        LineSplitter splitter = new LineSplitter(1_000_000, unfinished, line -> {});
        byte[] part = "x".repeat(150_000).getBytes(StandardCharsets.US_ASCII);

        splitter.add(part, part.length);
        assertThat(memory.held()).isEqualTo(150_000);
        assertThatThrownBy(() -> splitter.add(part, part.length)).isInstanceOf(BadLineException.class);
        unfinished.close();
        assertThat(memory.held()).isZero();
    }
}
