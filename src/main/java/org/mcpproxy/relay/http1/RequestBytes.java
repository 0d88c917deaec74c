package org.mcpproxy.relay.http1;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mcpproxy.oauth.Ascii;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;

/** A request as it goes over the wire (RFC 9112 3). What could be read as a second request, or another body, is refused. */
final class RequestBytes {

    /** Those that say where the message ends, where it goes, and what becomes of the connection: they are ours to write. */
    private static final Set<String> FRAMING = Set.of(
            "connection",
            "content-length",
            "expect",
            "host",
            "keep-alive",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade");

    private static final String TOKEN_SIGNS = "!#$%&'*+-.^_`|~";

    private RequestBytes() {}

    /** @throws Rejection {@code MALFORMED_REQUEST} where a header cannot be sent */
    static ByteBuffer of(String method, URI url, List<Header> headers, byte[] body) {
        StringBuilder head = new StringBuilder(512);
        head.append(method).append(' ').append(target(url)).append(" HTTP/1.1\r\nHost: ");
        head.append(Origin.of(url).authority()).append("\r\n");
        for (Header header : headers) {
            append(head, header);
        }
        if (body.length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(body.length).append("\r\n");
        }
        byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
        return ByteBuffer.allocate(bytes.length + body.length)
                .put(bytes)
                .put(body)
                .flip();
    }

    private static String target(URI url) {
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
    }

    private static void append(StringBuilder head, Header header) {
        if (!isToken(header.name())
                || !isFieldValue(header.value())
                || FRAMING.contains(header.name().toLowerCase(Locale.ROOT))) {
            throw Rejection.of(Reason.MALFORMED_REQUEST);
        }
        head.append(header.name()).append(": ").append(header.value()).append("\r\n");
    }

    /** RFC 9110 5.6.2. */
    private static boolean isToken(String name) {
        for (int i = 0; i < name.length(); i++) {
            char sign = name.charAt(i);
            if (!Ascii.isLetterOrDigit(sign) && TOKEN_SIGNS.indexOf(sign) < 0) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    /** RFC 9110 5.5: no control characters but the tab, and nothing that is no byte. */
    private static boolean isFieldValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char sign = value.charAt(i);
            if (sign != '\t' && (sign < ' ' || sign == 0x7f || sign > 0xff)) {
                return false;
            }
        }
        return true;
    }
}
