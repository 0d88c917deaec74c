package org.mcpproxy.policy;

import java.util.Set;
import org.mcpproxy.oauth.RequiredSignOn;

/** What the rules say to one use of one thing. */
public sealed interface Decision {

    Decision PERMIT = new Permit();
    Decision DENY = new Deny();

    /** It may be used. */
    record Permit() implements Decision {}

    /** It may not, and no scope and no sign-on would change that. */
    record Deny() implements Decision {}

    /**
     * It may be used by this user, but not with this token.
     *
     * @param scopes all that it needs, where one of them is missing
     * @param signOn all that it needs of the sign-on, where something of that is missing
     */
    record StepUp(Set<String> scopes, RequiredSignOn signOn) implements Decision {

        public StepUp {
            scopes = Set.copyOf(scopes);
        }
    }
}
