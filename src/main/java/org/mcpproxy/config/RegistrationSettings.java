package org.mcpproxy.config;

import java.util.List;
import java.util.Set;
import org.mcpproxy.oauth.Secret;

/**
 * Who may register clients (RFC 7591), and which.
 *
 * @param initialTokens one of which who registers must bear, where {@link Access#TOKEN} is demanded
 * @param redirectHosts that an https redirect URI may lead to, lower case, with the port where it is not 443; empty where
 *     all may
 * @param unusedClients how many are held that nobody has granted anything
 */
public record RegistrationSettings(
        Access access, List<Secret> initialTokens, Set<String> redirectHosts, int unusedClients) {

    /** Who may. */
    public enum Access {
        /** Everybody. */
        OPEN,
        /** Who bears an initial access token (RFC 7591 3). */
        TOKEN,
        /** Nobody. */
        CLOSED
    }

    public RegistrationSettings {
        initialTokens = List.copyOf(initialTokens);
        redirectHosts = Set.copyOf(redirectHosts);
    }

    public static RegistrationSettings standard() {
        return new RegistrationSettings(Access.OPEN, List.of(), Set.of(), 50_000);
    }

    /** Whether anybody may register: what is advertised and what is let in. */
    public boolean offered() {
        return access != Access.CLOSED;
    }
}
