package org.mcpproxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code docs/conformance.md} names tests that there are. */
class ConformanceDocumentTest {

    /** A class alone, a test of one, or another test of the class that was named last. */
    private static final Pattern TEST = Pattern.compile("`(\\w+(?:Test|IT))?(?:\\.(\\w+))?`");

    /** Which of a class's tests fails must be seen. */
    @Test
    void everyTestThatIsNamedIsThere() throws IOException {
        List<MatchResult> named = TEST.matcher(Files.readString(Path.of("docs/conformance.md")))
                .results()
                .toList();

        assertThat(named).hasSizeGreaterThan(800);
        String source = "";
        for (MatchResult test : named) {
            source = test.group(1) == null ? source : source(test.group(1));
            assertThat(source).as(test.group()).containsPattern(" " + test.group(2) + "(\\(| =)");
        }
    }

    private static String source(String type) {
        try (Stream<Path> files = Files.walk(Path.of("src/test/java"))) {
            Path file = files.filter(path -> path.endsWith(type + ".java"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("There is no " + type));
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
