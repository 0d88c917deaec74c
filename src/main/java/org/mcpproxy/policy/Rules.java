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
    private final List<RuleTable> restricting;
    private final RuleTable byQuery;
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
        this.restricting = kind.restricting().stream()
                .map(form -> new RuleTable(rules, form))
                .toList();
        this.byQuery = new RuleTable(namingQuery(kind, rules), kind::canonical);
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
        return signOn(covering(name, kind.readings(name)));
    }

    Decision decide(Subject subject, String name) {
        if (!kind.canJudge(name)) {
            return Decision.DENY;
        }
        Readings readings = kind.readings(name);
        if (!opensOthers && !isOpened(name, readings)) {
            return Decision.DENY;
        }
        List<Rule> all = covering(name, readings);
        if (all.stream().anyMatch(rule -> rule.excludes(subject))) {
            return Decision.DENY;
        }
        return steppedUp(subject, all);
    }

    private boolean isOpened(String name, Readings readings) {
        return opens(byName, Set.of(name)) && readings.opening().stream().allMatch(this::isOpened);
    }

    /** Where the rule itself names the query, the path alone need not be open. */
    private boolean isOpened(Reading reading) {
        return opens(byCanonicalName, reading.wholes())
                && (opens(byCanonicalName, reading.paths()) || opens(byQuery, reading.wholes()));
    }

    private static boolean opens(RuleTable rules, Set<String> names) {
        return names.stream().flatMap(name -> rules.covering(name).stream()).anyMatch(Rule::opens);
    }

    private List<Rule> covering(String name, Readings readings) {
        Stream<Rule> alike = readings.forms().stream()
                .flatMap(form -> restricting.stream().flatMap(table -> table.covering(form).stream()));
        return Stream.concat(byName.covering(name).stream(), alike).distinct().toList();
    }

    private static Map<String, Rule> namingQuery(Kind kind, Map<String, Rule> rules) {
        return rules.entrySet().stream()
                .filter(rule -> kind.namesQuery(rule.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
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
