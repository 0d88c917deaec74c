package org.mcpproxy.store;

import com.nimbusds.jose.util.JSONArrayUtils;
import java.text.ParseException;
import java.util.Collection;
import java.util.List;

/** Several texts in one column, as a JSON array. */
final class TextArray {

    private TextArray() {}

    static String write(Collection<String> texts) {
        return JSONArrayUtils.toJSONString(List.copyOf(texts));
    }

    static List<String> read(String json) {
        try {
            return JSONArrayUtils.parse(json).stream().map(Object::toString).toList();
        } catch (ParseException e) {
            throw new IllegalStateException("A column does not hold what was written", e);
        }
    }
}
