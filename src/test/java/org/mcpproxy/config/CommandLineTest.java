package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    @Test
    void wordsAreSplitAtBlanksButWithinQuotes() throws BadSetting {
        assertThat(CommandLine.split("  python  main.py\t'a b' \"c d\"e\\ f '' \"\" "))
                .containsExactly("python", "main.py", "a b", "c de f", "", "");
    }

    @Test
    void backslashesEscapeAsInAShell() throws BadSetting {
        assertThat(CommandLine.split("\\\"a 'b\\' \"\\\"c\\d\\\\\"")).containsExactly("\"a", "b\\", "\"c\\d\\");
    }

    @Test
    void nothingElseThatAShellWouldActOnIsActedOn() throws BadSetting {
        assertThat(CommandLine.split("a; rm -rf $HOME `id` $(id) | b > /c && * ~ #d"))
                .containsExactly(
                        "a;", "rm", "-rf", "$HOME", "`id`", "$(id)", "|", "b", ">", "/c", "&&", "*", "~", "#d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 'b", "a \"b", "a\\", "'", "\"a\\\"", "a\0b"})
    void whatIsNotClosedIsRefused(String line) {
        assertThatThrownBy(() -> CommandLine.split(line)).isInstanceOf(BadSetting.class);
    }
}
