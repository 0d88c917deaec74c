package org.mcpproxy.policy;

import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;

/**
 * The entries of a {@link Properties} file, in their order.
 *
 * @param values stripped
 * @param repeated keys that stand there more than once, of which {@link Properties} would keep the last in silence
 */
record PolicyProperties(Map<String, String> values, Set<String> repeated) {

    static PolicyProperties of(String text) throws BadPolicyException {
        PolicyProperties entries = new PolicyProperties(new LinkedHashMap<>(), new TreeSet<>());
        try {
            entries.noting().load(new StringReader(text));
            return entries;
        } catch (IOException | IllegalArgumentException e) {
            throw new BadPolicyException(List.of("A \\u in it is not followed by four hexadecimal digits."));
        }
    }

    private Properties noting() {
        return new Properties() {
            @Override
            public synchronized Object put(Object key, Object value) {
                String before = values.put(key.toString(), value.toString().strip());
                if (before != null) {
                    repeated.add(key.toString());
                }
                return before;
            }
        };
    }
}
