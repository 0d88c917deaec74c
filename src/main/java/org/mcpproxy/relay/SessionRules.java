package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Sees to it that an MCP session is used by its owner alone (MCP 2025-11-25, Session Management). */
@Singleton
public class SessionRules {

    private final Sessions sessions;
    private final Settings settings;

    @Inject
    public SessionRules(Sessions sessions, Settings settings) {
        this.sessions = sessions;
        this.settings = settings;
    }

    /** Whether {@link #require} answers without asking the store. */
    boolean isKnown(RelayRequest request) {
        return request.session()
                .map(session -> sessions.isKnown(key(session, request)))
                .orElse(true);
    }

    /**
     * A session of another user, and one that never was, get the same answer, so that nobody can probe for sessions.
     *
     * @throws Rejection {@code SESSION_UNKNOWN}
     */
    void require(RelayRequest request) {
        Optional<String> session = request.session();
        if (session.isPresent()
                && !sessions.find(key(session.get(), request))
                        .map(McpSession::owner)
                        .equals(Optional.of(owner(request)))) {
            throw Rejection.of(Reason.SESSION_UNKNOWN);
        }
    }

    /**
     * The node that the request's session lives on, where that is another than this. A request that was handed on is not
     * handed on again.
     */
    Optional<URI> elsewhere(RelayRequest request) {
        return !request.resource().backend().isOnNode()
                        || request.caller().pass().isPresent()
                ? Optional.empty()
                : request.session()
                        .flatMap(session -> sessions.find(key(session, request)))
                        .flatMap(McpSession::node)
                        .filter(node -> !Optional.of(node).equals(settings.nodeUrl()));
    }

    /**
     * What an answer says of sessions that the store must be told: one was opened, or one has ended. Most answers say
     * nothing new, though many backends repeat the session's id in each.
     *
     * @param request which may use the session that it named
     * @return asks the store, so it may take long; throws {@code BACKEND_ANSWER_INVALID} where the backend hands out a
     *     session that belongs to another, {@code STORE_UNAVAILABLE} where an opened session could not be noted, as
     *     nobody could use it
     */
    Optional<Runnable> news(RelayRequest request, int status, List<Header> headers) {
        Optional<String> asked = request.session();
        boolean success = status >= 200 && status < 300;
        if (asked.isPresent()
                && (status == 404 || (success && request.httpMethod().equals("DELETE")))) {
            return Optional.of(() -> close(key(asked.get(), request)));
        }
        List<String> opened = success ? opened(asked, headers) : List.of();
        return opened.isEmpty()
                ? Optional.empty()
                : Optional.of(() -> opened.forEach(session -> note(key(session, request), opened(request))));
    }

    /** Backends may choose the same ids: a session is that of its backend. No header's value holds a line end. */
    private static String key(String session, RelayRequest request) {
        String backend = request.resource().backend().name();
        return backend.isEmpty() ? session : backend + "\n" + session;
    }

    private static SessionOwner owner(RelayRequest request) {
        return SessionOwner.of(request.caller());
    }

    /** A row that stays ages out by itself, and its backend knows the session no more: the answer goes on. */
    private void close(String session) {
        try {
            sessions.closed(session);
        } catch (Rejection e) {
            if (e.reason() != Reason.STORE_UNAVAILABLE) {
                throw e;
            }
        }
    }

    private static List<String> opened(Optional<String> asked, List<Header> headers) {
        return Header.values(headers, McpHeaders.SESSION).stream()
                .filter(session -> !asked.equals(Optional.of(session)))
                .toList();
    }

    private McpSession opened(RelayRequest request) {
        return new McpSession(
                owner(request),
                settings.nodeUrl().filter(node -> request.resource().backend().isOnNode()));
    }

    private void note(String key, McpSession session) {
        if (!sessions.opened(key, session)) {
            throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
        }
    }
}
