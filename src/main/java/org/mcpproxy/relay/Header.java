package org.mcpproxy.relay;

import java.util.ArrayList;
import java.util.List;

/** One header field of a request or an answer, as it was sent (RFC 9110 5). */
public record Header(String name, String value) {

    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** In bytes, as characters of headers are. */
    int length() {
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
}
