package org.mcpproxy.relay.http1;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.RequestFields;

/** A request as it goes over the wire (RFC 9112 3). */
final class RequestBytes {

    private RequestBytes() {}

    /** @throws Rejection {@code MALFORMED_REQUEST} where a header cannot be sent */
    static ByteBuffer of(String method, URI url, List<Header> headers, byte[] body) {
        StringBuilder head = new StringBuilder(512);
        head.append(method).append(' ').append(target(url)).append(" HTTP/1.1\r\nHost: ");
        head.append(Origin.of(url).authority()).append("\r\n");
        for (Header header : RequestFields.sendable(headers)) {
            head.append(header.name()).append(": ").append(header.value()).append("\r\n");
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
}
