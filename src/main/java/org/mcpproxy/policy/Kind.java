package org.mcpproxy.policy;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** What the rules of a backend are about. */
public enum Kind {
    TOOL("tools", CanonicalName::of, Readings::of),
    /** By its URI, or the URI template that it is listed by. */
    RESOURCE("resources", CanonicalUri::ofRule, Readings::ofUri),
    PROMPT("prompts", CanonicalName::of, Readings::of);

    private final String key;
    private final UnaryOperator<String> canonical;
    private final Function<String, Readings> readings;

    Kind(String key, UnaryOperator<String> canonical, Function<String, Readings> readings) {
        this.key = key;
        this.canonical = canonical;
        this.readings = readings;
    }

    /** Its name in the policy file. */
    public String key() {
        return key;
    }

    /** The form of a rule's name, which one of the readings of each look-alike has. */
    String canonical(String name) {
        return canonical.apply(name);
    }

    /** The forms of a rule's name by which it restricts; by the canonical one alone it opens. */
    List<UnaryOperator<String>> restricting() {
        return this == RESOURCE
                ? List.of(canonical, CanonicalUri::uncut, CanonicalUri::withItsAuthority)
                : List.of(canonical);
    }

    /** All that a backend may take a name for. */
    Readings readings(String name) {
        return readings.apply(name);
    }

    /** Whether a name can be held to the rules at all. */
    boolean canJudge(String name) {
        return CanonicalName.isBounded(name) && (this != RESOURCE || Readings.canJudge(name));
    }

    /** Whether a rule is about the query or the fragment too. */
    boolean namesQuery(String rule) {
        String form = canonical(rule);
        return this == RESOURCE && CanonicalUri.endOfPath(form, 0) < form.length();
    }

    static Optional<Kind> of(String key) {
        return Arrays.stream(values()).filter(kind -> kind.key.equals(key)).findFirst();
    }
}
