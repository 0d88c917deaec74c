package org.mcpproxy.policy;

import java.util.Optional;
import java.util.Set;

/**
 * What is asked of those who use what a name or pattern covers.
 *
 * @param entitled the groups that may, where the rule names any
 * @param scopes all of which are needed
 * @param denied the groups that may not, where the rule names any
 */
record Rule(Optional<Groups> entitled, Set<String> scopes, Optional<Groups> denied) {

    Rule {
        scopes = Set.copyOf(scopes);
    }

    /** Whether it opens anything; a rule that only denies does not. */
    boolean opens() {
        return entitled.isPresent() || !scopes.isEmpty();
    }

    /** Whether it keeps this subject out, whatever scopes they get. */
    boolean excludes(Subject subject) {
        return denied.map(groups -> groups.include(subject)).orElse(false)
                || !entitled.map(groups -> groups.include(subject)).orElse(true);
    }
}
