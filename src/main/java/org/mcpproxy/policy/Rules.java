package org.mcpproxy.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The rules for one kind of things of one backend. Every rule that covers a name must be kept, so none loosens another,
 * and a denial wins. A name is held to the rules of its look-alikes too, but only its own can open it.
 */
final class Rules {

    private final Kind kind;
    private final RuleTable byName;
    private final RuleTable byCanonicalName;
    private final boolean opensOthers;
    private final Set<String> scopes;

    /**
     * @param rules by name or pattern
     * @param opensOthers whether what no rule opens is open
     */
    Rules(Kind kind, Map<String, Rule> rules, boolean opensOthers) {
        this.kind = kind;
        this.byName = new RuleTable(rules, name -> name);
        this.byCanonicalName = new RuleTable(rules, kind::canonical);
        this.opensOthers = opensOthers;
        this.scopes =
                rules.values().stream().flatMap(rule -> rule.scopes().stream()).collect(Collectors.toUnmodifiableSet());
    }

    /** All scopes that any rule needs. */
    Set<String> scopes() {
        return scopes;
    }

    Decision decide(Subject subject, String name) {
        List<Rule> own = byName.covering(name);
        List<Rule> alike = byCanonicalName.covering(kind.canonical(name));
        if (!opensOthers
                && (own.stream().noneMatch(Rule::opens) || alike.stream().noneMatch(Rule::opens))) {
            return Decision.DENY;
        }
        List<Rule> all = new ArrayList<>(own);
        all.addAll(alike);
        if (all.stream().anyMatch(rule -> rule.excludes(subject))) {
            return Decision.DENY;
        }
        Set<String> needed = new HashSet<>();
        all.forEach(rule -> needed.addAll(rule.scopes()));
        return subject.scopes().containsAll(needed) ? Decision.PERMIT : new Decision.NeedsScopes(needed);
    }
}
