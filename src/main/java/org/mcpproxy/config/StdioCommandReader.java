package org.mcpproxy.config;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mcpproxy.oauth.Secret;

/** Reads the command line of a stdio backend, and the environment that it is given. */
final class StdioCommandReader {

    private static final String VARIABLE = "[A-Za-z_][A-Za-z0-9_]{0,127}";

    private final Values values;

    StdioCommandReader(Values values) {
        this.values = values;
    }

    /**
     * @param setting that holds the command line
     * @param prefix of the backend's settings, such as {@code MCP_BACKENDS_FILES}
     * @return null where a problem was found
     */
    StdioCommand read(String setting, String prefix) {
        List<String> words = words(setting);
        Map<String, Secret> environment = environment(prefix);
        return words == null ? null : new StdioCommand(words, environment);
    }

    /** Whoever sets it expects a process to get it. */
    void requireNone(String prefix) {
        for (String name : values.namesWith(prefix + "_ENV_")) {
            values.problem(name, "is for a command line alone, and " + prefix + " has none. Remove it.");
        }
    }

    private List<String> words(String setting) {
        try {
            List<String> words = new ArrayList<>(
                    CommandLine.split(values.commandLine(setting).orElse("")));
            if (words.isEmpty() || words.get(0).isEmpty()) {
                throw new BadSetting("names no program.");
            }
            words.set(0, program(words.get(0)));
            return words;
        } catch (BadSetting e) {
            values.problem(setting, e.getMessage());
            return null;
        }
    }

    /** Found once, with our own PATH: the process gets none, and nobody can change later what is started. */
    private static String program(String name) throws BadSetting {
        try {
            if (name.indexOf('/') >= 0) {
                Path program = Path.of(name);
                if (program.isAbsolute() && isProgram(program)) {
                    return name;
                }
            } else {
                String path = System.getenv("PATH");
                for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
                    Path program = Path.of(folder).resolve(name);
                    if (program.isAbsolute() && isProgram(program)) {
                        return program.toString();
                    }
                }
            }
        } catch (InvalidPathException e) {
            // Said below.
        }
        throw new BadSetting(
                "is no http:// or https:// URL, and as a command line it begins with no program that can be"
                        + " started: give one in the PATH of this server, or its absolute path.");
    }

    private static boolean isProgram(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }

    private Map<String, Secret> environment(String prefix) {
        Map<String, Secret> environment = new HashMap<>();
        String start = prefix + "_ENV_";
        for (String name : values.namesWith(start)) {
            String variable = name.substring(start.length());
            if (variable.matches(VARIABLE)) {
                environment.put(variable, new Secret(values.text(name).orElse("")));
            } else {
                values.problem(name, "must end with the name of an environment variable: letters, digits and _.");
            }
        }
        return environment;
    }
}
