package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.text.MessageFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that would fill our log, or write lines there that look like ours. */
class ErrorOutputTest {

    private static final Logger LOG = Logger.getLogger(ErrorOutput.class.getName());

    private final Lines logged = new Lines();

    @BeforeEach
    void listen() {
        LOG.addHandler(logged);
        LOG.setUseParentHandlers(false);
    }

    @AfterEach
    void stop() {
        LOG.removeHandler(logged);
        LOG.setUseParentHandlers(true);
    }

    @Test
    void eachLineIsLoggedWithTheNameOfItsServer() {
        copy("one\n\ntwo: d\u00e9j\u00e0 vu\r\nthree");

        assertThat(logged.texts)
                .containsExactly(
                        "MCP server files says: one",
                        "MCP server files says: two: d\u00e9j\u00e0 vu",
                        "MCP server files says: three");
    }

    @Test
    void aLongLineIsCutAndTheNextIsNot() {
        copy("x".repeat(2000) + "\n" + "y".repeat(3_000_000) + "\nz\n");

        assertThat(logged.texts)
                .containsExactly(
                        "MCP server files says: " + "x".repeat(2000),
                        "MCP server files says: " + "y".repeat(2000) + " (cut)",
                        "MCP server files says: z");
    }

    @Test
    void ofAFloodAHundredLinesAreLogged() {
        copy("again\n".repeat(50_000));

        assertThat(logged.texts).hasSize(100);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\rMCP server jira says: b",
                "a\u0085MCP server jira says: b",
                "a\u2028MCP server jira says: b",
                "a\u2029MCP server jira says: b",
                "a\u001b[2JMCP server jira says: b",
                "a\u0000\u0007\u007fMCP server jira says: b",
                "a\u202eMCP server jira says: b",
                "a\u200bMCP server jira says: b"
            })
    void noSignBeginsALineOrControlsATerminal(String line) {
        copy(line + "\n");

        assertThat(logged.texts).singleElement().asString().matches("MCP server files says: a[ -~]*b");
    }

    /** What stands in braces is no place for another value. */
    @Test
    void whatAServerSaysIsNoPatternOfOurs() {
        copy("{0} '{1} %s ${x}\n");

        assertThat(logged.texts).containsExactly("MCP server files says: {0} '{1} %s ${x}");
    }

    private static void copy(String text) {
        new ErrorOutput("files").copy(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static final class Lines extends Handler {

        private final List<String> texts = new CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord line) {
            texts.add(
                    line.getParameters() == null
                            ? line.getMessage()
                            : MessageFormat.format(line.getMessage(), line.getParameters()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
