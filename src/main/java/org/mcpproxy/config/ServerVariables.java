package org.mcpproxy.config;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The settings that {@code server.xml} reads too, where they stand in quotes, which Open Liberty takes off nothing: without
 * them they are given to it in a file of variables, which go before the environment. It watches that file, and opens its port
 * once the value is good.
 */
final class ServerVariables {

    /** None is secret, as the file is no place for one. */
    static final List<String> NAMES = List.of("PROXY_HOST", "PROXY_PORT", "LOGLEVEL", "LOG_FORMAT", "ACCESS_LOG");

    private final Path file;

    /** @param file in a folder of variables of Open Liberty, there or not */
    ServerVariables(Path file) {
        this.file = file;
    }

    Path file() {
        return file;
    }

    /**
     * Makes the file hold these and nothing else. Where there are none, there is no file.
     *
     * @param values by the settings' names
     * @throws IOException where it can be neither written nor removed
     */
    void keep(Map<String, String> values) throws IOException {
        Map<String, String> variables = new TreeMap<>();
        values.forEach(
                (name, value) -> variables.put(name.toLowerCase(Locale.ROOT).replace('_', '.'), value));
        if (variables.equals(kept())) {
            return;
        }
        if (variables.isEmpty()) {
            Files.deleteIfExists(file);
        } else {
            write(variables);
        }
    }

    /** What an earlier start has written, by the variables' names: not what anybody set. */
    Map<String, String> kept() throws IOException {
        Properties kept = new Properties();
        try (var in = Files.newInputStream(file)) {
            kept.load(in);
        } catch (NoSuchFileException e) {
            return Map.of();
        }
        Map<String, String> variables = new TreeMap<>();
        kept.stringPropertyNames().forEach(name -> variables.put(name, kept.getProperty(name)));
        return variables;
    }

    /** Written aside and moved into place, as Open Liberty may be reading. */
    private void write(Map<String, String> variables) throws IOException {
        Files.createDirectories(file.getParent());
        Path draft = file.resolveSibling(file.getFileName() + ".tmp");
        Properties properties = new Properties();
        properties.putAll(variables);
        try (OutputStream out = Files.newOutputStream(draft)) {
            properties.store(out, "Settings that stand in quotes, without them. Made at each start.");
        }
        Files.move(draft, file, StandardCopyOption.REPLACE_EXISTING);
    }
}
