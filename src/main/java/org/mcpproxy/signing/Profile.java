package org.mcpproxy.signing;

import java.util.Set;

/**
 * What else is known of a user, as Okta said at the sign-on.
 *
 * @param email null where it is not known
 * @param groups empty where they are not known
 */
public record Profile(String email, Set<String> groups) {

    /** Of whom nothing is known. */
    public static final Profile UNKNOWN = new Profile(null, Set.of());

    public Profile {
        groups = Set.copyOf(groups);
    }
}
