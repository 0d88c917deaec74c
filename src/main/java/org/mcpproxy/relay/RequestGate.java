package org.mcpproxy.relay;

import java.util.List;
import java.util.Locale;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** What is asked of the headers of a request, before and beside its token. */
final class RequestGate {

    private RequestGate() {}

    /**
     * RFC 6585 5.
     *
     * @param most in bytes, of names and values together
     * @throws Rejection {@code HEADERS_TOO_LARGE}
     */
    static void requireSize(List<Header> headers, int most) {
        if (headers.stream().mapToInt(Header::length).sum() > most) {
            throw Rejection.of(Reason.HEADERS_TOO_LARGE);
        }
    }

    /**
     * A browser names the page that sends a request; a page that we do not know may have been led here by DNS rebinding
     * (MCP, Streamable HTTP, Security). Requests from outside a browser name none.
     *
     * @throws Rejection {@code ORIGIN_FOREIGN}
     */
    static void requireOrigin(List<Header> headers, CorsOrigins allowed) {
        List<String> origins = Header.values(headers, "Origin");
        if (origins.size() > 1 || !origins.stream().allMatch(allowed::allow)) {
            throw Rejection.of(Reason.ORIGIN_FOREIGN);
        }
    }

    /**
     * A body that the backend would decode in another way than we do would be judged as one message and run as another.
     *
     * @throws Rejection {@code MESSAGE_NOT_JSON} where the body is compressed, or its charset is not UTF-8
     */
    static void requirePlainUtf8(List<Header> headers) {
        boolean plain = Header.values(headers, "Content-Encoding").stream()
                .allMatch(coding -> coding.strip().equalsIgnoreCase("identity"));
        if (!plain || !Header.values(headers, "Content-Type").stream().allMatch(RequestGate::utf8)) {
            throw Rejection.of(Reason.MESSAGE_NOT_JSON);
        }
    }

    private static boolean utf8(String contentType) {
        if (contentType.indexOf('=') < 0) {
            return true;
        }
        String type = contentType.toLowerCase(Locale.ROOT).replaceAll("[\\s\"']", "");
        int charset = type.indexOf("charset=");
        if (charset < 0) {
            return true;
        }
        String value = type.substring(charset + "charset=".length()).split(";", 2)[0];
        return type.indexOf("charset=", charset + 1) < 0
                && (value.equals("utf-8") || value.equals("utf8") || value.equals("us-ascii"));
    }
}
