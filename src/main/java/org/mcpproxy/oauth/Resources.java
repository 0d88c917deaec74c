package org.mcpproxy.oauth;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/**
 * What is asked for, or was granted: one or several resources (RFC 8707 2).
 *
 * @param all canonical, each once, in the order in which they were named; at least one
 */
public record Resources(List<String> all) {

    /** How many can be asked for at once. */
    public static final int MOST = 20;

    /** No URI has one. */
    private static final String SEPARATOR = " ";

    public Resources {
        all = List.copyOf(new LinkedHashSet<>(all));
        if (all.isEmpty()) {
            throw new IllegalArgumentException("There is no resource");
        }
    }

    public static Resources of(String... canonical) {
        return new Resources(List.of(canonical));
    }

    /** What {@link #toString} wrote. */
    public static Resources parse(String written) {
        return of(written.split(SEPARATOR));
    }

    /** The one, where there are no more. */
    public Optional<String> single() {
        return areSeveral() ? Optional.empty() : Optional.of(all.get(0));
    }

    public boolean areSeveral() {
        return all.size() > 1;
    }

    public boolean contains(String canonical) {
        return all.contains(canonical);
    }

    public boolean containsAll(Resources others) {
        return all.containsAll(others.all);
    }

    /** With a blank between them, as scopes are written. */
    @Override
    public String toString() {
        return String.join(SEPARATOR, all);
    }
}
