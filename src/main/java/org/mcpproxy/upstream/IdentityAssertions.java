package org.mcpproxy.upstream;

import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** The ID-JAGs that Okta signs (Cross App Access). */
@FunctionalInterface
public interface IdentityAssertions {

    /**
     * Verifies all that an ID-JAG itself can tell (RFC 7521 5.2, RFC 7523 3); whether it was used before is the caller's to
     * ask, and whether the client has the key that it is bound to.
     *
     * @param clientId of the client that has authenticated, and brings it
     * @throws Rejection with an {@code ID_JAG_…} reason, or {@code OKTA_UNAVAILABLE} where the issuer's document or keys cannot
     *     be had
     */
    IdentityAssertion verify(Secret assertion, String clientId);
}
