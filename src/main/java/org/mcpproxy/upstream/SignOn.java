package org.mcpproxy.upstream;

import org.mcpproxy.oauth.AuthenticationEvent;

/**
 * A completed sign-on: the person, and Okta's tokens for the session.
 *
 * @param authentication when and how the person authenticated, which may be long ago
 */
public record SignOn(User user, UpstreamTokens tokens, AuthenticationEvent authentication) {}
