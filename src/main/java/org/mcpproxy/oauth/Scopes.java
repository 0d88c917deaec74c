package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.Scope;

/** The scopes that are ours. Okta's scopes are never among them: they go to Okta alone. */
public final class Scopes {

    /** The baseline: use of an MCP server. In the challenge, in the resource's metadata, and granted when none is asked. */
    public static final Scope.Value MCP = new Scope.Value("mcp");

    /** Asks for a refresh token. In the authorization server's metadata only. */
    public static final Scope.Value OFFLINE_ACCESS = new Scope.Value("offline_access");

    private Scopes() {}

    /** What a client gets that asks for nothing. */
    public static Scope baseline() {
        return new Scope(MCP);
    }

    /** What a client may ask for. */
    public static Scope offered() {
        return new Scope(MCP, OFFLINE_ACCESS);
    }
}
