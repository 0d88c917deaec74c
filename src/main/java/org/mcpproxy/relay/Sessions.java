package org.mcpproxy.relay;

import java.util.Optional;

/**
 * Who opened which MCP session of the older revisions ({@code Mcp-Session-Id}). A session id is no credential, and may be
 * guessed or seen: only its owner may use it. Bounded; a session that is not used for long is forgotten.
 */
public interface Sessions {

    /**
     * Notes that the backend opened this session for this owner.
     *
     * @return whether the session is theirs: false where it is another's
     */
    boolean opened(String sessionId, SessionOwner owner);

    /** Who opened the session; asking counts as use. Empty where it is unknown, ended or forgotten. */
    Optional<SessionOwner> ownerOf(String sessionId);

    /** The session has ended. */
    void closed(String sessionId);
}
