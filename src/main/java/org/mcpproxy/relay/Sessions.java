package org.mcpproxy.relay;

import java.util.Optional;

/**
 * Who opened which MCP session of the older revisions ({@code Mcp-Session-Id}). A session id is no credential, and may be
 * guessed or seen: only its owner may use it. Bounded; a session that is not used for long is forgotten.
 */
public interface Sessions {

    /**
     * Notes that the backend opened this session.
     *
     * @return whether the session is theirs: false where it is another's
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    boolean opened(String sessionId, McpSession session);

    /** Whether this node knows who opened the session, and {@link #find} needs not ask the store. */
    boolean isKnown(String sessionId);

    /**
     * Whose the session is, and where; asking counts as use. Empty where it is unknown, ended or forgotten.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    Optional<McpSession> find(String sessionId);

    /**
     * The session has ended.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}; it is then forgotten once it has not been used for long
     */
    void closed(String sessionId);
}
