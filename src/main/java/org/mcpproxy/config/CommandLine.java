package org.mcpproxy.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a command line into words as a POSIX shell would (Shell Command Language, 2.2 Quoting), and does nothing else of
 * what a shell does: no variables, no substitution, no patterns, no pipes.
 */
final class CommandLine {

    private static final String ESCAPED_IN_DOUBLE_QUOTES = "\"\\$`";

    private final String text;
    private final List<String> words = new ArrayList<>();
    private StringBuilder word;
    private int at;

    private CommandLine(String text) {
        this.text = text;
    }

    /** @throws BadSetting where a quote is not closed, or a backslash is the last */
    static List<String> split(String text) throws BadSetting {
        CommandLine line = new CommandLine(text);
        while (line.at < text.length()) {
            line.step(text.charAt(line.at++));
        }
        line.endWord();
        return line.words;
    }

    private void step(char next) throws BadSetting {
        switch (next) {
            case ' ', '\t', '\n', '\r' -> endWord();
            case '\'' -> readQuoted('\'');
            case '"' -> readQuoted('"');
            case '\\' -> word().append(afterBackslash());
            case '\0' -> throw new BadSetting("must not hold a NUL character.");
            default -> word().append(next);
        }
    }

    private void readQuoted(char quote) throws BadSetting {
        StringBuilder quoted = word();
        while (at < text.length()) {
            char next = text.charAt(at++);
            if (next == quote) {
                return;
            }
            boolean escape = quote == '"'
                    && next == '\\'
                    && at < text.length()
                    && ESCAPED_IN_DOUBLE_QUOTES.indexOf(text.charAt(at)) >= 0;
            quoted.append(escape ? text.charAt(at++) : next);
        }
        throw new BadSetting("has a quote (" + quote + ") that is not closed.");
    }

    private char afterBackslash() throws BadSetting {
        if (at == text.length()) {
            throw new BadSetting("ends with a backslash, which escapes nothing.");
        }
        return text.charAt(at++);
    }

    private StringBuilder word() {
        if (word == null) {
            word = new StringBuilder();
        }
        return word;
    }

    private void endWord() {
        if (word != null) {
            words.add(word.toString());
            word = null;
        }
    }
}
