package org.mcpproxy.relay;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Sees to it that an MCP session is used by its owner alone (MCP 2025-11-25, Session Management). */
@ApplicationScoped
public class SessionRules {

    private final Sessions sessions;

    @Inject
    public SessionRules(Sessions sessions) {
        this.sessions = sessions;
    }

    /** For CDI's proxy. */
    protected SessionRules() {
        this(null);
    }

    /**
     * A session of another user, and one that never was, get the same answer, so that nobody can probe for sessions.
     *
     * @throws Rejection {@code SESSION_UNKNOWN}
     */
    void require(Optional<String> session, Caller caller) {
        if (session.isPresent() && !sessions.ownerOf(session.get()).equals(Optional.of(SessionOwner.of(caller)))) {
            throw Rejection.of(Reason.SESSION_UNKNOWN);
        }
    }

    /**
     * Notes what the answer says of sessions: one that was opened, or one that has ended.
     *
     * @param asked the session that the request named
     * @throws Rejection {@code BACKEND_ANSWER_INVALID} where the backend hands out a session that belongs to another
     */
    void note(String httpMethod, Optional<String> asked, Caller caller, int status, List<Header> headers) {
        boolean success = status >= 200 && status < 300;
        if (asked.isPresent() && (status == 404 || (success && httpMethod.equals("DELETE")))) {
            sessions.closed(asked.get());
            return;
        }
        for (String opened : Header.values(headers, McpHeaders.SESSION)) {
            if (success && !sessions.opened(opened, SessionOwner.of(caller))) {
                throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
            }
        }
    }
}
