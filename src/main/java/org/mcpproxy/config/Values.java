package org.mcpproxy.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The raw settings, by name, and what was found wrong with them so far. Reading goes on after a bad setting, so that one
 * message can name them all.
 */
final class Values {

    private final Function<String, Optional<String>> source;
    private final Supplier<Set<String>> names;
    private final List<String> problems = new ArrayList<>();

    /**
     * @param source gives the text of a setting, as it was written
     * @param names of all settings there are, others' among them
     */
    Values(Function<String, Optional<String>> source, Supplier<Set<String>> names) {
        this.source = source;
        this.names = names;
    }

    /** The settings whose names begin so and are longer, in order. */
    List<String> namesWith(String prefix) {
        return names.get().stream()
                .filter(name -> name.startsWith(prefix) && name.length() > prefix.length())
                .sorted()
                .toList();
    }

    /**
     * As {@link #text}, but only quotes that enclose the whole are taken off, and not where they enclose the path of one program:
     * others are part of the command line.
     */
    Optional<String> commandLine(String name) {
        return source.apply(name)
                .map(String::strip)
                .map(line -> line.length() > 1
                                && line.indexOf(line.charAt(0), 1) == line.length() - 1
                                && !isProgram(unquoted(line))
                        ? unquoted(line)
                        : line)
                .filter(line -> !line.isEmpty());
    }

    /** The setting without surrounding blanks and one pair of enclosing quotes; empty where nothing is left. */
    Optional<String> text(String name) {
        return source.apply(name).map(Values::unquoted).filter(text -> !text.isEmpty());
    }

    /** The setting as {@code parser} reads it; null where it is absent or wrong. */
    <T> T parsed(String name, Parser<T> parser) {
        return text(name).map(text -> parse(name, text, parser)).orElse(null);
    }

    /** The setting as {@code parser} reads it; the fallback where it is absent, null where it is wrong. */
    <T> T parsed(String name, T fallback, Parser<T> parser) {
        return text(name).isPresent() ? parsed(name, parser) : fallback;
    }

    /** The setting as {@code parser} reads it; null, and a problem, where it is absent. */
    <T> T required(String name, String remedy, Parser<T> parser) {
        if (text(name).isEmpty()) {
            problem(name, "is missing. " + remedy);
        }
        return parsed(name, parser);
    }

    /** Those of these settings that stand in quotes, without them. */
    Map<String, String> unquoted(List<String> names) {
        Map<String, String> unquoted = new HashMap<>();
        for (String name : names) {
            source.apply(name).filter(Values::isEnclosed).map(Values::unquoted).ifPresent(text -> {
                if (text.isEmpty()) {
                    problem(name, "is a pair of quotes with nothing in it: leave the setting out, or give it a value.");
                }
                unquoted.put(name, text);
            });
        }
        return unquoted;
    }

    /** For a secret of the server's: it may hold quotes, but what encloses it was hardly meant. */
    void requireNotEnclosed(String name) {
        source.apply(name)
                .filter(Values::isEnclosed)
                .ifPresent(quoted ->
                        problem(name, "must not stand in quotes: Open Liberty reads it, and takes none off."));
    }

    /** For a setting that {@code server.xml} reads too, which takes nothing off: it would hold there with its quotes. */
    void requireUnquoted(String name) {
        source.apply(name)
                .filter(written -> written.indexOf('"') >= 0 || written.indexOf('\'') >= 0)
                .ifPresent(quoted ->
                        problem(name, "must stand without quotes: Open Liberty reads it too, and takes none off."));
    }

    /** @param remedy what is wrong, as a sentence that goes on from the name, and how to mend it */
    void problem(String name, String remedy) {
        problems.add(name + " " + remedy);
    }

    /** How many were found so far. */
    int problems() {
        return problems.size();
    }

    /** @throws SettingsException where anything was wrong */
    void requireNoProblem() {
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    private <T> T parse(String name, String text, Parser<T> parser) {
        try {
            return parser.parse(text);
        } catch (BadSetting e) {
            problem(name, e.getMessage());
            return null;
        }
    }

    private static boolean isProgram(String path) {
        return path.startsWith("/") && Files.isExecutable(Path.of(path));
    }

    /** A file such as {@code .env} reaches the process with the quotes that people put around values. */
    private static String unquoted(String written) {
        String text = written.strip();
        return isEnclosed(text) ? text.substring(1, text.length() - 1) : text;
    }

    private static boolean isEnclosed(String written) {
        String text = written.strip();
        return text.length() >= 2
                && (text.charAt(0) == '"' || text.charAt(0) == '\'')
                && text.charAt(text.length() - 1) == text.charAt(0);
    }

    /** Reads one setting's text. */
    @FunctionalInterface
    interface Parser<T> {
        T parse(String text) throws BadSetting;
    }
}
