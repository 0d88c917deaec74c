package org.mcpproxy.store;

import java.util.HashSet;
import java.util.Set;
import org.mcpproxy.config.Settings;

/**
 * Whether all that is sealed for long in the store can be opened here. With a lost or wrong secret every sign-on would
 * seem to have ended; so nothing is begun then.
 */
final class SecretCheck {

    private final Database database;
    private final Set<String> known;

    SecretCheck(Database database, Settings settings) {
        this.database = database;
        this.known = settings.secretKeys().ids();
    }

    /**
     * @throws WrongSecretException where something was sealed with a secret that is not here
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    void require() {
        Set<String> used = database.with(handle -> {
            Set<String> ids = new HashSet<>(SecretIds.of(handle, "signing_key"));
            ids.addAll(SecretIds.of(handle, "upstream_session"));
            return ids;
        });
        if (!known.containsAll(used)) {
            throw new WrongSecretException();
        }
    }
}
