package org.mcpproxy.relay;

import java.util.Optional;
import org.mcpproxy.policy.Kind;

/**
 * What a message is about, in the policy's words.
 *
 * @param name empty where it cannot be told: then no rule can allow it
 */
record Target(Kind kind, Optional<String> name) {

    static Target of(Kind kind, String name) {
        return new Target(kind, Optional.of(name));
    }

    static Target unknown(Kind kind) {
        return new Target(kind, Optional.empty());
    }
}
