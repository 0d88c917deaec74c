package org.mcpproxy.relay;

import jakarta.servlet.http.HttpServletRequest;
import org.mcpproxy.oauth.Rejection;

/** Decides who calls a protected resource (RFC 6750). */
public interface BearerCheck {

    /**
     * Verifies the access token of a request: its signature, issuer, audience, expiry, and the scopes that the resource
     * needs, if any.
     *
     * @throws Rejection with a {@code TOKEN_…} reason (401), {@code SCOPE_INSUFFICIENT} (403), {@code MALFORMED_REQUEST}
     *     (400), {@code OKTA_UNAVAILABLE} or {@code STORE_UNAVAILABLE} (503)
     */
    Checked check(HttpServletRequest request, McpEndpoint endpoint);

    /**
     * Whether a stream that was opened by this caller may stay open. Asked about twice a second for each open stream, so
     * it must answer from memory.
     *
     * @throws Rejection where that has not been known for too long: then it may not
     */
    boolean standing(Caller caller);

    /**
     * A caller who may be let in.
     *
     * @param use uses up what their request proves them by, where that is good once; to be run when they have been let in, and
     *     before anything is done for them. Throws {@link Rejection} where it was used before, or no more are remembered
     */
    record Checked(Caller caller, Runnable use) {

        static Checked of(Caller caller) {
            return new Checked(caller, () -> {});
        }
    }
}
