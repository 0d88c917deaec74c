package org.mcpproxy.config;

import java.util.ArrayList;
import java.util.List;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.SecretKeyMaterial;

/** Reads {@code SESSION_SECRET_KEY} and {@code SESSION_SECRET_KEY_PREVIOUS}. */
final class KeyRingReader {

    private static final System.Logger LOG = System.getLogger(KeyRingReader.class.getName());
    private static final String CURRENT = "SESSION_SECRET_KEY";
    private static final String PREVIOUS = "SESSION_SECRET_KEY_PREVIOUS";
    /** A database in this node's own folder, as {@code server.xml} has it by default. */
    private static final String OWN_DATABASE = "jdbc:h2:";

    private final Values values;
    private final SecretKeyFile keyFile;

    KeyRingReader(Values values, SecretKeyFile keyFile) {
        this.values = values;
        this.keyFile = keyFile;
    }

    /** Null where the current key is wrong. */
    KeyRing read() {
        SecretKeyMaterial current =
                values.text(CURRENT).isPresent() ? values.parsed(CURRENT, SecretKeys::parse) : kept();
        List<SecretKeyMaterial> previous = values.parsed(PREVIOUS, List.of(), KeyRingReader::several);
        return current == null || previous == null ? null : new KeyRing(current, previous);
    }

    private static List<SecretKeyMaterial> several(String text) throws BadSetting {
        List<SecretKeyMaterial> materials = new ArrayList<>();
        for (String one : text.split(",")) {
            materials.add(SecretKeys.parse(one.strip()));
        }
        return materials;
    }

    /** A database server is shared by nodes, or outlives one: a key in the folder of one node would not do. */
    private SecretKeyMaterial kept() {
        if (values.text("DATABASE_URL")
                .filter(url -> !url.startsWith(OWN_DATABASE))
                .isPresent()) {
            values.problem(
                    CURRENT,
                    "is missing. With DATABASE_URL it must be set, the same for every node. Make one with: openssl rand"
                            + " -base64 32.");
            return null;
        }
        try {
            SecretKeyMaterial key = keyFile.load();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "SESSION_SECRET_KEY is not set: using the key in " + keyFile.path()
                            + ". Whoever removes that file ends every sign-on. Set SESSION_SECRET_KEY in production.");
            return key;
        } catch (BadSetting e) {
            values.problem(CURRENT, e.getMessage());
            return null;
        }
    }
}
