package org.mcpproxy.grant;

/** Whether a grant still lives; asked for every MCP request, so it answers from memory. */
@FunctionalInterface
public interface LiveGrants {

    /**
     * @param grantId of a token that has been verified and has not expired
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE} where this node has not heard of revocations for too
     *     long to know
     */
    boolean isLive(String grantId);
}
