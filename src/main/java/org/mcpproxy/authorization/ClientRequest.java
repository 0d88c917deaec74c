package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.Optional;
import org.mcpproxy.upstream.SignOnDemands;

/**
 * An authorization request that was found good (OAuth 2.1 4.1.1).
 *
 * @param redirectUri as requested: its port may differ from the registered one's
 * @param state the client's own, given back to it
 * @param codeChallenge S256
 * @param resource canonical
 * @param demands how the person is to sign on
 */
public record ClientRequest(
        String clientId,
        String redirectUri,
        Optional<String> state,
        String codeChallenge,
        Scope scope,
        String resource,
        SignOnDemands demands) {

    /** One that leaves it to Okta how the person signs on. */
    public ClientRequest(
            String clientId,
            String redirectUri,
            Optional<String> state,
            String codeChallenge,
            Scope scope,
            String resource) {
        this(clientId, redirectUri, state, codeChallenge, scope, resource, SignOnDemands.NONE);
    }
}
