package org.mcpproxy.relay;

import java.time.Duration;
import java.util.Optional;

/**
 * Who opened which MCP session of the older revisions ({@code Mcp-Session-Id}). A session id is no credential, and may be
 * guessed or seen: only its owner may use it. Bounded; a session that is not used for long is forgotten.
 */
public interface Sessions {

    /** For how long an unused session is kept. */
    Duration IDLE = Duration.ofHours(24);

    /**
     * Notes that the backend opened this session. Where it is another's, a backend has given one id to two: it ends, and is
     * nobody's.
     *
     * @return whether the session is theirs: false where it is another's, or was until just now, and some node may not have
     *     heard yet that it is no more
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    boolean opened(String sessionId, McpSession session);

    /**
     * Notes late that a session was opened, of whose opening the store could not be told. As {@link #opened}, but one that has
     * ended since stays so: its backend has not given the id anew.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    boolean openedEarlier(String sessionId, McpSession session);

    /** Whether this node knows who opened the session, and {@link #find} needs not ask the store. */
    boolean isKnown(String sessionId);

    /**
     * Whose the session is, and where; asking counts as use. Empty where it is unknown, ended or forgotten.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}
     */
    Optional<McpSession> find(String sessionId);

    /**
     * The session has ended, if it is theirs: an answer may come late, and another have the id by then.
     *
     * @throws org.mcpproxy.oauth.Rejection {@code STORE_UNAVAILABLE}; it is then forgotten once it has not been used for long
     */
    void closed(String sessionId, SessionOwner owner);
}
