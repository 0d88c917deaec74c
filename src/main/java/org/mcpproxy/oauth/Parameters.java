package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The parameters of an OAuth request. One without a value counts as left out, and none may be repeated (RFC 6749 3.1
 * and 3.2), but {@code resource} (RFC 8707 2) and {@code audience} (RFC 8693 2.1).
 */
public record Parameters(Map<String, List<String>> values) {

    private static final Set<String> REPEATABLE = Set.of("resource", "audience");

    public Parameters {
        values = Map.copyOf(values);
        values.forEach((name, given) -> {
            if (given.size() > 1 && !REPEATABLE.contains(name)) {
                throw Rejection.of(Reason.MALFORMED_REQUEST);
            }
        });
    }

    /**
     * Those of an address. Signs that a URI may not have stand for themselves, as browsers send some of them.
     *
     * @param query as it was sent, or null
     */
    public static Parameters ofQuery(String query) {
        return new Parameters(URLUtils.parseParameters(query));
    }

    public Optional<String> find(String name) {
        return all(name).stream().findFirst();
    }

    /** @throws Rejection with {@code otherwise}, where it is left out */
    public String get(String name, Reason otherwise) {
        return find(name).orElseThrow(() -> Rejection.of(otherwise));
    }

    public List<String> all(String name) {
        return values.getOrDefault(name, List.of()).stream()
                .filter(value -> value != null && !value.isBlank())
                .toList();
    }

    /** Those that have a value, for a parser that counts an empty one as given. */
    public Map<String, List<String>> present() {
        return values.keySet().stream()
                .filter(name -> !all(name).isEmpty())
                .collect(Collectors.toUnmodifiableMap(name -> name, this::all));
    }

    /** Values may be secrets, so only names are shown. */
    @Override
    public String toString() {
        return values.keySet().toString();
    }
}
