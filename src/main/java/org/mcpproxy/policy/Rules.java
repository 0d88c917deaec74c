package org.mcpproxy.policy;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.mcpproxy.oauth.RequiredSignOn;

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
    private final Set<String> acrValues;

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
        this.acrValues = rules.values().stream()
                .flatMap(rule -> rule.signOn().acrValues().stream())
                .flatMap(List::stream)
                .collect(Collectors.toUnmodifiableSet());
    }

    /** All scopes that any rule needs. */
    Set<String> scopes() {
        return scopes;
    }

    /** All authentication context classes that any rule takes. */
    Set<String> acrValues() {
        return acrValues;
    }

    /** What is needed of the sign-on, be it met or not. */
    RequiredSignOn signOn(String name) {
        return signOn(all(byName.covering(name), alike(name)));
    }

    Decision decide(Subject subject, String name) {
        List<Rule> own = byName.covering(name);
        List<Rule> alike = alike(name);
        if (!opensOthers
                && (own.stream().noneMatch(Rule::opens) || alike.stream().noneMatch(Rule::opens))) {
            return Decision.DENY;
        }
        List<Rule> all = all(own, alike);
        if (all.stream().anyMatch(rule -> rule.excludes(subject))) {
            return Decision.DENY;
        }
        return steppedUp(subject, all);
    }

    private List<Rule> alike(String name) {
        return byCanonicalName.covering(kind.canonical(name));
    }

    private static List<Rule> all(List<Rule> own, List<Rule> alike) {
        return Stream.concat(own.stream(), alike.stream()).toList();
    }

    private static RequiredSignOn signOn(List<Rule> rules) {
        return rules.stream().map(Rule::signOn).reduce(RequiredSignOn.ANY, RequiredSignOn::and);
    }

    private static Decision steppedUp(Subject subject, List<Rule> rules) {
        RequiredSignOn signOn = signOn(rules);
        if (!subject.couldMeet(signOn)) {
            return Decision.DENY;
        }
        Set<String> scopes = new HashSet<>();
        rules.forEach(rule -> scopes.addAll(rule.scopes()));
        boolean entitled = subject.scopes().containsAll(scopes);
        boolean signedOn = subject.meets(signOn);
        return entitled && signedOn
                ? Decision.PERMIT
                : new Decision.StepUp(entitled ? Set.of() : scopes, signedOn ? RequiredSignOn.ANY : signOn);
    }
}
