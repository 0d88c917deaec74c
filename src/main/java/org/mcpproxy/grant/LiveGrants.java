package org.mcpproxy.grant;

/** Whether a grant still lives; asked for every MCP request, so it must answer from memory. */
@FunctionalInterface
public interface LiveGrants {

    boolean isLive(String grantId);
}
