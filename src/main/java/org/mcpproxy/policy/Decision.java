package org.mcpproxy.policy;

import java.util.Set;

/** What the rules say to one use of one thing. */
public sealed interface Decision {

    Decision PERMIT = new Permit();
    Decision DENY = new Deny();

    /** It may be used. */
    record Permit() implements Decision {}

    /** It may not, and no scope would change that. */
    record Deny() implements Decision {}

    /**
     * It may be used by this user, but not with this token.
     *
     * @param needed all scopes that it needs
     */
    record NeedsScopes(Set<String> needed) implements Decision {

        public NeedsScopes {
            needed = Set.copyOf(needed);
        }
    }
}
