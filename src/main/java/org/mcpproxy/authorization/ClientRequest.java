package org.mcpproxy.authorization;

import com.nimbusds.oauth2.sdk.Scope;
import java.util.Optional;

/**
 * An authorization request that was found good (OAuth 2.1 4.1.1).
 *
 * @param redirectUri as requested: its port may differ from the registered one's
 * @param state the client's own, given back to it
 * @param codeChallenge S256
 * @param resource canonical
 */
public record ClientRequest(
        String clientId,
        String redirectUri,
        Optional<String> state,
        String codeChallenge,
        Scope scope,
        String resource) {}
