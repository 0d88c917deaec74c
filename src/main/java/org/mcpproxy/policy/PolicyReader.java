package org.mcpproxy.policy;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.RequiredSignOn;
import org.mcpproxy.oauth.Scopes;

/** Reads the keys of a policy file; what is wrong with them is gathered, so that one message can name it all. */
final class PolicyReader {

    private static final String EVERYBODY = "*";
    private static final String ENTERING = "groups";
    private static final String DEFAULT = ".default";

    /** Granted scopes are kept in columns of 1,000 characters, beside our own. */
    private static final int MOST_SCOPE_CHARACTERS = 800;

    private static final int MOST_STARS = 8;

    /** In seconds. A sign-on that a call demands is over some seconds before the call is made again. */
    private static final int LEAST_AGE = 10;

    private static final Pattern SECONDS = Pattern.compile("\\d{1,9}");

    /** They go into one header field. */
    private static final int MOST_CLASSES = 10;

    private static final Set<String> TRUTHS = Set.of("true", "false", "yes", "no", "on", "off");

    private static final String COMMAS_OR_BLANKS = "[,\\s]+";

    /** RFC 6749 3.3. A comma separates them here. */
    private static final Pattern SCOPE = Pattern.compile("[!#-+\\--\\[\\]-~]{1,100}");

    private final Set<String> backends;
    private final SortedSet<String> problems = new TreeSet<>();
    private final Map<String, Draft> drafts = new LinkedHashMap<>();
    private final Set<String> scopes = new TreeSet<>();

    /** @param backends the names that the file may speak of */
    PolicyReader(Set<String> backends) {
        this.backends = backends;
    }

    /** @throws BadPolicyException which names every problem */
    Policy read(String text) throws BadPolicyException {
        PolicyProperties entries = PolicyProperties.of(text);
        if (entries.values().isEmpty()) {
            // It may have been cut off, and must not open what it was to close.
            problems.add(
                    "The file has no rule. Write one, or take the setting POLICY_FILE away where nothing is to be restricted.");
        }
        entries.repeated().forEach(key -> problem(key, "stands there twice. Remove one."));
        entries.values().forEach(this::entry);
        if (scopes.stream().mapToInt(scope -> scope.length() + 1).sum() > MOST_SCOPE_CHARACTERS) {
            problems.add("All scopes together must not be longer than " + MOST_SCOPE_CHARACTERS + " characters.");
        }
        if (!problems.isEmpty()) {
            throw new BadPolicyException(problems.stream().toList());
        }
        return new Policy(drafts.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, draft -> draft.getValue().policy())));
    }

    private void entry(String key, String value) {
        int dot = key.indexOf('.');
        String backend = dot < 0 ? key : key.substring(0, dot);
        if (dot < 0 || !backends.contains(backend)) {
            problem(key, "must begin with the name of a backend and a dot: " + String.join(", ", backends) + ".");
            return;
        }
        Draft draft = drafts.computeIfAbsent(backend, name -> new Draft());
        String rest = key.substring(dot + 1);
        if (rest.equals(ENTERING)) {
            draft.entering = groups(key, value);
        } else {
            ofKind(key, rest, value, draft);
        }
    }

    private void ofKind(String key, String rest, String value, Draft draft) {
        int dot = rest.indexOf('.');
        Optional<Kind> kind = dot < 0 ? Optional.empty() : Kind.of(rest.substring(0, dot));
        if (kind.isEmpty()) {
            unknown(key);
        } else if (rest.substring(dot).equals(DEFAULT)) {
            draft.of(kind.get()).opensOthers = opensOthers(key, value);
        } else {
            rule(key, rest.substring(dot + 1), value, draft.of(kind.get()));
        }
    }

    private void rule(String key, String nameAndDemand, String value, KindDraft draft) {
        int dot = nameAndDemand.lastIndexOf('.');
        if (dot < 0) {
            unknown(key);
            return;
        }
        String name = nameAndDemand.substring(0, dot);
        requireName(key, name);
        switch (nameAndDemand.substring(dot + 1)) {
            case "groups" -> draft.change(name, rule -> rule.entitling(groups(key, value)));
            case "scopes" -> draft.change(name, rule -> rule.needing(scopes(key, value)));
            case "deny" -> draft.change(name, rule -> rule.denying(denied(key, value)));
            case "max_age" -> draft.change(name, rule -> rule.needing(maxAge(key, value)));
            case "acr_values" -> draft.change(name, rule -> rule.needing(acrValues(key, value)));
            default -> unknown(key);
        }
    }

    private void requireName(String key, String name) {
        boolean good = !name.isBlank()
                && name.equals(name.strip())
                && !name.contains("**")
                && name.chars().noneMatch(Character::isISOControl)
                && name.chars().filter(sign -> sign == '*').count() <= MOST_STARS;
        if (!good) {
            problem(
                    key,
                    "has no good name or pattern: it must not be empty, and each * stands alone, up to " + MOST_STARS
                            + " of them.");
        }
    }

    private boolean opensOthers(String key, String value) {
        if (!value.equals("allow") && !value.equals("deny")) {
            problem(key, "must be allow or deny.");
        }
        return value.equals("allow");
    }

    private Groups denied(String key, String value) {
        if (!value.equals("true") && list(value, ",").stream().anyMatch(PolicyReader::isTruth)) {
            problem(
                    key,
                    "must be true, in small letters and alone, or list the groups that are denied. Remove it where nobody is.");
        }
        return value.equals("true") ? Groups.EVERYBODY : groups(key, value);
    }

    /** A group of such a name is a slip: the rule would deny nobody. */
    private static boolean isTruth(String entry) {
        return TRUTHS.contains(entry.toLowerCase(Locale.ROOT));
    }

    private Groups groups(String key, String value) {
        Set<String> names = list(value, ",");
        if (names.isEmpty()) {
            problem(key, "must list groups with commas, or be * for everybody.");
        }
        if (names.contains(EVERYBODY) && names.size() > 1) {
            problem(key, "must be * alone for everybody, or list groups.");
        }
        return names.contains(EVERYBODY) ? Groups.EVERYBODY : Groups.of(names);
    }

    private Set<String> scopes(String key, String value) {
        Set<String> names = list(value, COMMAS_OR_BLANKS);
        boolean good = !names.isEmpty()
                && names.stream().allMatch(name -> SCOPE.matcher(name).matches());
        if (!good || names.stream().anyMatch(name -> Scopes.ofServer().contains(name))) {
            problem(
                    key,
                    "must list scopes with commas, without quotes and backslashes; none of them is "
                            + String.join(", ", Scopes.ofServer().toStringList()) + ".");
        }
        scopes.addAll(names);
        return names;
    }

    private RequiredSignOn maxAge(String key, String value) {
        boolean good = SECONDS.matcher(value).matches() && Integer.parseInt(value) >= LEAST_AGE;
        if (!good) {
            problem(
                    key,
                    "must be a whole number of seconds from " + LEAST_AGE
                            + " on: it takes some from a sign-on to a call.");
            return RequiredSignOn.ANY;
        }
        return RequiredSignOn.within(Duration.ofSeconds(Integer.parseInt(value)));
    }

    private RequiredSignOn acrValues(String key, String value) {
        Set<String> classes = list(value, COMMAS_OR_BLANKS);
        boolean good = !classes.isEmpty()
                && classes.size() <= MOST_CLASSES
                && classes.stream()
                        .allMatch(name ->
                                AuthenticationEvent.CONTEXT_CLASS.matcher(name).matches());
        if (!good) {
            problem(
                    key,
                    "must list, with blanks and the best first, up to " + MOST_CLASSES
                            + " values of acr, without quotes and backslashes.");
        }
        return RequiredSignOn.of(List.copyOf(classes));
    }

    private static Set<String> list(String value, String separator) {
        return Arrays.stream(value.split(separator))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    private void unknown(String key) {
        problem(
                key,
                "is no key of a policy. Keys are BACKEND.groups, and BACKEND.KIND.default and BACKEND.KIND.NAME.groups,"
                        + " .scopes, .deny, .max_age or .acr_values, where KIND is tools, resources or prompts. Write \\: for a colon in a key,"
                        + " \\= for an equals sign and \\ before a blank.");
    }

    private void problem(String key, String remedy) {
        problems.add(key + " " + remedy);
    }

    /** What the file says of one backend, so far. */
    private static final class Draft {

        private Groups entering = Groups.EVERYBODY;
        private final Map<Kind, KindDraft> kinds = new LinkedHashMap<>();

        KindDraft of(Kind kind) {
            return kinds.computeIfAbsent(kind, absent -> new KindDraft());
        }

        BackendPolicy policy() {
            return new BackendPolicy(
                    entering,
                    kinds.entrySet().stream()
                            .collect(Collectors.toMap(
                                    Map.Entry::getKey,
                                    draft -> new Rules(
                                            draft.getKey(), draft.getValue().rules, draft.getValue().opensOthers))));
        }
    }

    /** What the file says of one kind, so far. */
    private static final class KindDraft {

        private final Map<String, Rule> rules = new LinkedHashMap<>();

        /** Where one is named, the others are denied, unless the file says otherwise. */
        private boolean opensOthers;

        void change(String name, UnaryOperator<Rule> change) {
            rules.put(name, change.apply(rules.getOrDefault(name, Rule.NOTHING)));
        }
    }
}
