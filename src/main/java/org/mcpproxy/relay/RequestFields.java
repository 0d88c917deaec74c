package org.mcpproxy.relay;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.mcpproxy.oauth.Ascii;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Which header fields a request may be sent with. What could be read as a second request, or another body, is refused. */
public final class RequestFields {

    /**
     * Those that say where the message ends, where it goes, and what becomes of the connection: they are the client's to
     * write, and most of them must not be in HTTP/2 at all (RFC 9113 8.2.2).
     */
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

    private RequestFields() {}

    /** @throws Rejection {@code MALFORMED_REQUEST} where one of them cannot be sent */
    public static List<Header> sendable(List<Header> headers) {
        for (Header header : headers) {
            if (!isToken(header.name())
                    || !isFieldValue(header.value())
                    || FRAMING.contains(header.name().toLowerCase(Locale.ROOT))) {
                throw Rejection.of(Reason.MALFORMED_REQUEST);
            }
        }
        return headers;
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
