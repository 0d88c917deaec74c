package org.mcpproxy.relay;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** One header field of a request or an answer, as it was sent (RFC 9110 5). */
public record Header(String name, String value) {

    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** In bytes, as characters of headers are. */
    public int length() {
        return name.length() + value.length();
    }

    /** The values of every field of this name, in order; names are compared without case. */
    public static List<String> values(List<Header> headers, String name) {
        List<String> values = new ArrayList<>(1);
        for (Header header : headers) {
            if (header.is(name)) {
                values.add(header.value());
            }
        }
        return values;
    }

    /** The same headers, but that the values of each field of this name are others. */
    static List<Header> withValues(List<Header> headers, String name, UnaryOperator<String> value) {
        return headers.stream()
                .map(header -> header.is(name) ? new Header(header.name(), value.apply(header.value())) : header)
                .toList();
    }
}
