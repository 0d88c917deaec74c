package org.mcpproxy.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Rules by the names that they cover: exact names in a map, patterns after. */
final class RuleTable {

    private final Map<String, List<Rule>> exact = new HashMap<>();
    private final List<Patterned> patterned = new ArrayList<>();

    /** @param form which each name is given before, as the names that are looked up have been */
    RuleTable(Map<String, Rule> rules, UnaryOperator<String> form) {
        rules.forEach((name, rule) -> add(form.apply(name), rule));
    }

    private void add(String name, Rule rule) {
        if (NamePattern.isPattern(name)) {
            patterned.add(new Patterned(NamePattern.of(name), rule));
        } else {
            exact.computeIfAbsent(name, absent -> new ArrayList<>()).add(rule);
        }
    }

    /** All rules that cover this name. */
    List<Rule> covering(String name) {
        List<Rule> found = new ArrayList<>(exact.getOrDefault(name, List.of()));
        for (Patterned candidate : patterned) {
            if (candidate.pattern().matches(name)) {
                found.add(candidate.rule());
            }
        }
        return found;
    }

    private record Patterned(NamePattern pattern, Rule rule) {}
}
