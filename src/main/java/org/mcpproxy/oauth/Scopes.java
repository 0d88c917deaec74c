package org.mcpproxy.oauth;

import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.openid.connect.sdk.OIDCScopeValue;

/** The scopes that are ours. Okta's scopes are never among them: they go to Okta alone. */
public final class Scopes {

    /** The baseline: use of an MCP server. In the challenge, in the resource's metadata, and granted when none is asked. */
    public static final Scope.Value MCP = new Scope.Value("mcp");

    /** Asks for a refresh token. In the authorization server's metadata only. */
    public static final Scope.Value OFFLINE_ACCESS = new Scope.Value("offline_access");

    /** Asks for an ID token, and lets a client ask UserInfo (OpenID Connect Core 3.1.2.1). */
    public static final Scope.Value OPENID = OIDCScopeValue.OPENID;

    /** With {@link #OPENID}: the user's name (OpenID Connect Core 5.4). */
    public static final Scope.Value PROFILE = OIDCScopeValue.PROFILE;

    /** With {@link #OPENID}: the user's e-mail address (OpenID Connect Core 5.4). */
    public static final Scope.Value EMAIL = OIDCScopeValue.EMAIL;

    private Scopes() {}

    /** What a client gets that asks for nothing. */
    public static Scope baseline() {
        return new Scope(MCP);
    }

    /** By these a client learns who its user is. */
    public static Scope ofIdentity() {
        return new Scope(OPENID, PROFILE, EMAIL);
    }

    /** What is this authorization server's alone: no resource may need it, or name it. */
    public static Scope ofServer() {
        Scope scope = new Scope(OFFLINE_ACCESS);
        scope.addAll(ofIdentity());
        return scope;
    }

    /** What a client may ask for. */
    public static Scope offered() {
        Scope scope = baseline();
        scope.addAll(ofServer());
        return scope;
    }
}
