package org.mcpproxy.upstream;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;

/** The claim that names a person's groups: an array, or a text where there is one group. What is neither names none. */
final class GroupsClaim {

    private GroupsClaim() {}

    /** @param claim its value, or null */
    static Set<String> read(Object claim) {
        Set<String> groups = new LinkedHashSet<>();
        if (claim instanceof Collection<?> values) {
            values.stream()
                    .filter(String.class::isInstance)
                    .map(String.class::cast)
                    .forEach(groups::add);
        } else if (claim instanceof String single) {
            groups.add(single);
        }
        return groups;
    }
}
