package org.mcpproxy.token;

import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.ResourceIndicator;

/** The {@code resource} of a token request (RFC 8707 2.2): if given, the one that was granted. */
final class RequestedResource {

    private RequestedResource() {}

    /** @throws Rejection {@code RESOURCE_MISMATCH} */
    static void require(Parameters parameters, Grant grant) {
        boolean granted = parameters.all("resource").stream()
                .allMatch(resource -> ResourceIndicator.canonical(resource)
                        .filter(grant.resource()::equals)
                        .isPresent());
        if (!granted) {
            throw Rejection.of(Reason.RESOURCE_MISMATCH);
        }
    }
}
