package org.mcpproxy.relay.http1;

import java.net.URI;

/** Where a backend listens. */
record Origin(String host, int port) {

    private static final int HTTP = 80;

    static Origin of(URI url) {
        return new Origin(url.getHost(), url.getPort() < 0 ? HTTP : url.getPort());
    }

    /** The value of the {@code Host} header (RFC 9110 7.2). */
    String authority() {
        return port == HTTP ? host : host + ":" + port;
    }
}
