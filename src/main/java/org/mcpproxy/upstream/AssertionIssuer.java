package org.mcpproxy.upstream;

import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import java.net.URI;
import org.mcpproxy.oauth.Rejection;

/** Who signs the ID-JAGs that are believed here. */
interface AssertionIssuer {

    /**
     * As it writes itself.
     *
     * @throws Rejection {@code OKTA_UNAVAILABLE} while its document has not loaded
     */
    URI issuer();

    /** Its public keys; to ask them may end in {@code OKTA_UNAVAILABLE}. */
    JWKSource<SecurityContext> keys();
}
