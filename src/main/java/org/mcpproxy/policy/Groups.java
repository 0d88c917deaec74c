package org.mcpproxy.policy;

import java.util.Collections;
import java.util.Set;

/**
 * Groups, of which a user must be in one; or everybody.
 *
 * @param names compared letter for letter, as Okta has them
 */
record Groups(boolean everybody, Set<String> names) {

    static final Groups EVERYBODY = new Groups(true, Set.of());

    static Groups of(Set<String> names) {
        return new Groups(false, Set.copyOf(names));
    }

    boolean include(Subject subject) {
        return everybody || !Collections.disjoint(names, subject.groups());
    }
}
