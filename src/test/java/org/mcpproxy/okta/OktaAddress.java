package org.mcpproxy.okta;

import java.net.URI;

/** Where the org is. */
record OktaAddress(int port, OktaOptions options) {

    String issuer() {
        return "http://localhost:" + port + options.contextPath();
    }

    /** The path of an endpoint, from the root. */
    String path(Endpoint endpoint) {
        return options.contextPath() + endpoint.path(options.orgServer());
    }

    URI uri(Endpoint endpoint) {
        return URI.create("http://localhost:" + port + path(endpoint));
    }
}
