package org.mcpproxy.config;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;

/** Settings as somebody has written them, by their names. */
final class WrittenSettings {

    private WrittenSettings() {}

    /**
     * As a server takes them at its start.
     *
     * @param folder of its files
     */
    static Settings read(Map<String, String> written, Path folder) {
        return new SettingsReader(
                        name -> Optional.ofNullable(written.get(name)),
                        written::keySet,
                        folder,
                        new SecureRandom(),
                        Optional.empty())
                .read();
    }
}
