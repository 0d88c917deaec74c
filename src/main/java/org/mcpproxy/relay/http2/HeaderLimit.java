package org.mcpproxy.relay.http2;

import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.http2.HTTP2Session;
import org.eclipse.jetty.http2.client.transport.internal.HttpConnectionOverHTTP2;

/**
 * How long the head of a request may be that a server takes over HTTP/2 (RFC 9113 6.5.2, SETTINGS_MAX_HEADER_LIST_SIZE). Jetty
 * ends the whole connection, with the streams of all others on it, where one is longer.
 */
final class HeaderLimit {

    /** In bytes, that each field counts beside its name and value. */
    private static final int OF_FIELD = 32;

    /** In bytes, beside the address: the method, the scheme, and the length of the body. */
    private static final int OF_FRAMING = 512;

    private HeaderLimit() {}

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
        int fields = request.getHeaders().stream()
                .mapToInt(field -> field.getName().length()
                        + (field.getValue() == null ? 0 : field.getValue().length())
                        + OF_FIELD)
                .sum();
        return fields + request.getURI().toString().length() + OF_FRAMING;
    }
}
