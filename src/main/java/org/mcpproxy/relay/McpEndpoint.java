package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Scopes;

/**
 * One MCP endpoint, as a protected resource.
 *
 * @param path where it is, and the name it has in the audit
 * @param resource its identifier (RFC 9728 1.2), the audience of our tokens for it
 * @param metadata its metadata document (RFC 9728 3.1)
 * @param scope all scopes that it needs, which may be none
 * @param backend what it leads to
 * @param takesProofs whether it takes tokens that are bound to a key, with a proof (RFC 9449 7)
 */
record McpEndpoint(String path, URI resource, URI metadata, Scope scope, Backend backend, boolean takesProofs) {

    /** The bounds of its requests and answers. */
    RelayLimits limits() {
        return backend.limits();
    }

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    /** An endpoint for our own tokens, which carry our baseline scope. */
    static McpEndpoint forOwnTokens(String path, Backend backend, Settings settings) {
        return new McpEndpoint(
                path, settings.at(path), settings.at(WELL_KNOWN + path), Scopes.baseline(), backend, true);
    }

    /**
     * An endpoint for Okta's tokens. It needs no scope: {@code OKTA_AUDIENCE} is this proxy's alone, so Okta's access
     * policies decide who is issued a token for it. Our scope {@code mcp} is not asked for, as Okta may not know it.
     */
    static McpEndpoint forOktaTokens(String path, Backend backend, Settings settings) {
        return new McpEndpoint(path, settings.at(path), settings.at(WELL_KNOWN + path), new Scope(), backend, false);
    }
}
