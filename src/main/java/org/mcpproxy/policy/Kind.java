package org.mcpproxy.policy;

import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What the rules of a backend are about. */
public enum Kind {
    TOOL("tools", CanonicalName::of),
    /** By its URI, or the URI template that it is listed by. */
    RESOURCE("resources", CanonicalName::ofUri),
    PROMPT("prompts", CanonicalName::of);

    private final String key;
    private final UnaryOperator<String> canonical;

    Kind(String key, UnaryOperator<String> canonical) {
        this.key = key;
        this.canonical = canonical;
    }

    /** Its name in the policy file. */
    public String key() {
        return key;
    }

    /** The form that all look-alikes of a name share. */
    String canonical(String name) {
        return canonical.apply(name);
    }

    static Optional<Kind> of(String key) {
        return Arrays.stream(values()).filter(kind -> kind.key.equals(key)).findFirst();
    }
}
