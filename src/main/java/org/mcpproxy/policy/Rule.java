package org.mcpproxy.policy;

import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.RequiredSignOn;

/**
 * What is asked of those who use what a name or pattern covers.
 *
 * @param entitled the groups that may, where the rule names any
 * @param scopes all of which are needed
 * @param denied the groups that may not, where the rule names any
 * @param signOn how they must have signed on
 */
record Rule(Optional<Groups> entitled, Set<String> scopes, Optional<Groups> denied, RequiredSignOn signOn) {

    /** Which asks for nothing, and opens nothing. */
    static final Rule NOTHING = new Rule(Optional.empty(), Set.of(), Optional.empty(), RequiredSignOn.ANY);

    Rule {
        scopes = Set.copyOf(scopes);
    }

    Rule entitling(Groups groups) {
        return new Rule(Optional.of(groups), scopes, denied, signOn);
    }

    Rule needing(Set<String> all) {
        return new Rule(entitled, all, denied, signOn);
    }

    Rule denying(Groups groups) {
        return new Rule(entitled, scopes, Optional.of(groups), signOn);
    }

    Rule needing(RequiredSignOn further) {
        return new Rule(entitled, scopes, denied, signOn.and(further));
    }

    /** Whether it opens anything; one that only denies does not, nor one that only wants what every user can do: sign on. */
    boolean opens() {
        return entitled.isPresent() || !scopes.isEmpty();
    }

    /** Whether it keeps this subject out, whatever scopes they get. */
    boolean excludes(Subject subject) {
        return denied.map(groups -> groups.include(subject)).orElse(false)
                || !entitled.map(groups -> groups.include(subject)).orElse(true);
    }
}
