package org.mcpproxy.upstream;

import java.time.Instant;
import java.util.Optional;

/**
 * A completed sign-on: the person, and Okta's tokens for the session.
 *
 * @param authenticatedAt when the person authenticated, which may be long ago; empty where Okta does not say
 */
public record SignOn(User user, UpstreamTokens tokens, Optional<Instant> authenticatedAt) {}
