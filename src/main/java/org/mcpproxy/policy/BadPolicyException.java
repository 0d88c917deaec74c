package org.mcpproxy.policy;

import java.util.List;

/** A policy file that cannot be used. */
public final class BadPolicyException extends Exception {

    private final transient List<String> problems;

    BadPolicyException(List<String> problems) {
        super(String.join(" ", problems), null, false, false);
        this.problems = List.copyOf(problems);
    }

    /** One sentence or two for each, beginning with the key where it is about one. */
    public List<String> problems() {
        return problems;
    }
}
