package org.mcpproxy.config;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import org.mcpproxy.oauth.Secret;

/** What a backend is sent to know who calls. Never a client's own token: MCP forbids passing tokens through. */
public sealed interface BackendCredential {

    /** Nothing: the backend trusts whoever reaches it. */
    record None() implements BackendCredential {}

    /** A short-lived JWT that the proxy signs, for this backend alone. */
    record Identity() implements BackendCredential {}

    /** The user's own access token of Okta, always fresh, for servers that call Okta's APIs. */
    record Okta() implements BackendCredential {}

    /**
     * A token of Okta for this backend, which the user's own is exchanged for (RFC 8693).
     *
     * @param issuer the authorization server that exchanges it
     * @param audience of the token
     * @param scope what the token is to allow; empty for what the issuer thinks fit
     */
    record Exchange(URI issuer, String audience, Scope scope, ExchangeClient client) implements BackendCredential {}

    /** A header that is the same for all. */
    record Static(String header, Secret value) implements BackendCredential {}
}
