package org.mcpproxy.signing;

import java.util.Set;

/**
 * Who calls a backend.
 *
 * @param subject Okta's user id, or the client where a service calls on its own behalf
 * @param client the OAuth client
 * @param email null where it is not known
 * @param groups empty where they are not known
 */
public record Identity(String subject, String client, String email, Set<String> groups) {

    public Identity {
        groups = Set.copyOf(groups);
    }
}
