package org.mcpproxy.relay;

/** The check of Okta's own access tokens, at {@code /okta/mcp}. */
public interface OktaBearerCheck extends BearerCheck {}
