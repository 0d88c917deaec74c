package org.mcpproxy.upstream;

/** A completed sign-on: the person, and Okta's tokens for the session. */
public record SignOn(User user, UpstreamTokens tokens) {}
