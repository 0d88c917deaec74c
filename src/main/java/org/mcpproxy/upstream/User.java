package org.mcpproxy.upstream;

import java.util.Set;

/**
 * A person, as Okta says. Who it is, is decided by the organization and the id alone, everywhere.
 *
 * @param organization the issuer's org, such as {@code https://your-org.okta.com}
 * @param id Okta's user id: the ID token's {@code sub}
 * @param name a name to show, or null
 * @param email an address to show, or null
 * @param groups empty where Okta names none
 */
public record User(String organization, String id, String name, String email, Set<String> groups) {

    public User {
        groups = Set.copyOf(groups);
    }
}
