package org.mcpproxy.relay.http2;

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2;

/**
 * How long a head may be over HTTP/2 (RFC 9113 6.5.2, SETTINGS_MAX_HEADER_LIST_SIZE). Jetty ends the whole connection, with
 * all that is under way on it, where a request is longer than its server takes, or an answer than it reads itself.
 */
final class HeaderLimit {

    /** In bytes, that each field counts beside its name and value. */
    private static final int OF_FIELD = 32;

    /** In bytes, beside the address: the method, the scheme, and the length of the body. */
    private static final int OF_FRAMING = 512;

    private HeaderLimit() {}

    /** In bytes, of the head of an answer, as of plain HTTP/1.1. */
    static final int OF_ANSWER = 32 * 1024;

    /** In bytes: a longer answer is read up to here, and refused alone. */
    static final int READ_OF_ANSWER = 8 * OF_ANSWER;

    /** Whether a request that has its connection says more than the server takes. */
    static boolean isExceeded(Request request) {
        return request.getConnection() instanceof HttpConnectionOverHTTP2 connection
                && connection.getSession() instanceof HTTP2Session session
                && isExceeded(request, session.getGenerator().getHpackEncoder().getMaxHeaderListSize());
    }

    private static boolean isExceeded(Request request, int most) {
        return most > 0 && length(request) > most;
    }

    private static int length(Request request) {
        return length(request.getHeaders()) + request.getURI().toString().length() + OF_FRAMING;
    }

    /** Whether an answer says more than we take. */
    static boolean isExceeded(Response response) {
        return length(response.getHeaders()) > OF_ANSWER;
    }

    private static int length(HttpFields fields) {
        return fields.stream()
                .mapToInt(field -> field.getName().length()
                        + (field.getValue() == null ? 0 : field.getValue().length())
                        + OF_FIELD)
                .sum();
    }
}
