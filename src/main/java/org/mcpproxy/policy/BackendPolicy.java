package org.mcpproxy.policy;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.mcpproxy.oauth.RequiredSignOn;

/** Who may enter one backend, and what they may use there. */
public final class BackendPolicy {

    /** Everybody may use everything. */
    static final BackendPolicy OPEN = new BackendPolicy(Groups.EVERYBODY, Map.of());

    private final Groups entering;
    private final Map<Kind, Rules> rules;

    /** @param rules none of a kind that is not restricted */
    BackendPolicy(Groups entering, Map<Kind, Rules> rules) {
        this.entering = entering;
        this.rules = Map.copyOf(rules);
    }

    /** Whether nothing at all is asked. */
    public boolean isOpen() {
        return entering.everybody() && rules.isEmpty();
    }

    public boolean mayEnter(Subject subject) {
        return entering.include(subject);
    }

    /** Whether any rule is about this kind. */
    public boolean restricts(Kind kind) {
        return rules.containsKey(kind);
    }

    /** Whether any rule is about more than who may enter. */
    public boolean restricts() {
        return !rules.isEmpty();
    }

    public Decision decide(Kind kind, Subject subject, String name) {
        Rules ofKind = rules.get(kind);
        return ofKind == null ? Decision.PERMIT : ofKind.decide(subject, name);
    }

    /** What one thing needs of the sign-on, be it met or not. */
    public RequiredSignOn signOn(Kind kind, String name) {
        Rules ofKind = rules.get(kind);
        return ofKind == null ? RequiredSignOn.ANY : ofKind.signOn(name);
    }

    /** All scopes that anything here needs. */
    public Set<String> scopes() {
        return ofAll(Rules::scopes);
    }

    /** All authentication context classes that anything here takes. */
    public Set<String> acrValues() {
        return ofAll(Rules::acrValues);
    }

    private Set<String> ofAll(Function<Rules, Set<String>> what) {
        return rules.values().stream()
                .flatMap(ofKind -> what.apply(ofKind).stream())
                .collect(Collectors.toUnmodifiableSet());
    }
}
