package org.mcpproxy.relay;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Scopes;

/**
 * One MCP endpoint, as RFC 9728 sees it.
 *
 * @param path where it is, and the name it has in the audit
 * @param metadata its metadata document
 * @param scope all scopes that it needs
 */
public record ProtectedResource(String path, URI metadata, Scope scope) {

    private static final String WELL_KNOWN = "/.well-known/oauth-protected-resource";

    /** The endpoint at this path of ours, which needs the baseline scope (RFC 9728 3.1). */
    public static ProtectedResource at(String path, Settings settings) {
        return new ProtectedResource(path, settings.at(WELL_KNOWN + path), Scopes.baseline());
    }
}
