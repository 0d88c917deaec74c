package org.mcpproxy.policy;

import java.util.Set;

/**
 * Who asks.
 *
 * @param groups those of the user, as Okta named them
 * @param scopes those of the access token
 */
public record Subject(Set<String> groups, Set<String> scopes) {

    public Subject {
        groups = Set.copyOf(groups);
        scopes = Set.copyOf(scopes);
    }
}
