package org.mcpproxy.config;

import java.nio.file.Path;
import org.mcpproxy.oauth.TextFile;

/**
 * The file that {@code CLIENTS_FILE} names, as it was at the start.
 *
 * @param text never shown: there may be secrets in it
 */
public record ClientsFile(Path path, String text) {

    static ClientsFile read(String name) throws BadSetting {
        Path path = PolicySettingReader.path(name);
        try {
            return new ClientsFile(path, TextFile.read(path));
        } catch (TextFile.Unusable e) {
            throw new BadSetting("(" + path + ") " + e.getMessage());
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
