package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.URI;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * Sees to it that an MCP session is used by its owner alone (MCP 2025-11-25, Session Management). The store says who that is;
 * while it is away, and this node does not know either, the session's own name does.
 */
@Singleton
public class SessionRules {

    private final Sessions sessions;
    private final SessionNames names;
    private final Settings settings;
    private final Clock clock;

    @Inject
    public SessionRules(Sessions sessions, SessionNames names, Settings settings, Clock clock) {
        this.sessions = sessions;
        this.names = names;
        this.settings = settings;
        this.clock = clock;
    }

    /** The same request, in the session that its backend knows. */
    RelayRequest read(RelayRequest request) {
        return request.session()
                .map(session -> request.in(read(session.name(), request)))
                .orElse(request);
    }

    private NamedSession read(String name, RelayRequest request) {
        return isHandedOn(request)
                ? NamedSession.vouchedFor(name, here(request), clock.instant())
                : names.read(name, backend(request), owner(request));
    }

    /** Whether {@link #require} answers without asking the store. */
    boolean isKnown(RelayRequest request) {
        return request.session()
                .map(session -> sessions.isKnown(key(session.id(), request)))
                .orElse(true);
    }

    /**
     * A session of another user, and one that never was, get the same answer, so that nobody can probe for sessions.
     *
     * @throws Rejection {@code SESSION_UNKNOWN}, {@code STORE_UNAVAILABLE}
     */
    void require(RelayRequest request) {
        Optional<NamedSession> session = request.session();
        if (session.isPresent()
                && !find(session.get(), request).map(McpSession::owner).equals(Optional.of(owner(request)))) {
            throw Rejection.of(Reason.SESSION_UNKNOWN);
        }
    }

    /**
     * The node that the request's session lives on, where that is another than this. A request that was handed on is not
     * handed on again.
     */
    Optional<URI> elsewhere(RelayRequest request) {
        return !request.resource().backend().isOnNode() || isHandedOn(request)
                ? Optional.empty()
                : request.session()
                        .flatMap(session -> find(session, request))
                        .flatMap(McpSession::node)
                        .filter(node -> !Optional.of(node).equals(settings.nodeUrl()));
    }

    /** As the store has it. Where it is away, as the name proves it; without proof nobody can tell, and is put off. */
    private Optional<McpSession> find(NamedSession session, RelayRequest request) {
        Optional<SessionProof> proof = session.proof();
        String key = key(session.id(), request);
        try {
            return sessions.find(key).or(() -> noteLate(key, proof, request));
        } catch (Rejection e) {
            requireAway(e);
            return Optional.of(
                    new McpSession(owner(request), proof.orElseThrow(() -> e).node()));
        }
    }

    /** One that was opened while the store was away. One that the store knew and knows no more has ended. */
    private Optional<McpSession> noteLate(String key, Optional<SessionProof> proof, RelayRequest request) {
        return proof.filter(known -> known.mayBeNoted(clock.instant()))
                .map(known -> new McpSession(owner(request), known.node()))
                .filter(session -> sessions.openedEarlier(key, session));
    }

    /**
     * What an answer says of sessions that the store must be told: one was opened, or one has ended. Most answers say
     * nothing new, though many backends repeat the session's id in each. The newer era knows no sessions.
     *
     * @param request which may use the session that it named
     * @return asks the store, so it may take long; gives the answer for the client; throws {@code BACKEND_ANSWER_INVALID}
     *     where the backend hands out a session that belongs to another, or did until just now, or one whose name would be too
     *     long
     */
    Optional<Supplier<BackendClient.Answer>> news(RelayRequest request, BackendClient.Answer answer) {
        Optional<String> asked = request.session().map(NamedSession::id);
        boolean success = isSuccess(answer.status());
        if (asked.isPresent() && ends(request.httpMethod(), answer.status())) {
            return Optional.of(() -> {
                close(asked.get(), request);
                return named(request, answer);
            });
        }
        return success && request.era() != Era.MODERN && opens(asked, answer.headers())
                ? Optional.of(() -> named(answer, id -> nameOf(id, request).orElseGet(() -> open(id, request))))
                : Optional.empty();
    }

    /** A backend that offers no stream may say so of a GET with 404, and its session lives on. */
    private static boolean ends(String method, int status) {
        return switch (method) {
            case "GET" -> false;
            case "DELETE" -> status == 404 || isSuccess(status);
            default -> status == 404;
        };
    }

    private static boolean isSuccess(int status) {
        return status >= 200 && status < 300;
    }

    /** An answer without news, for the client: a session keeps the name that it was asked for by. */
    BackendClient.Answer named(RelayRequest request, BackendClient.Answer answer) {
        return request.session().isEmpty()
                ? answer
                : named(answer, id -> nameOf(id, request).orElse(id));
    }

    private static BackendClient.Answer named(BackendClient.Answer answer, UnaryOperator<String> name) {
        return new BackendClient.Answer(
                answer.status(), Header.withValues(answer.headers(), McpHeaders.SESSION, name), answer.body());
    }

    private static Optional<String> nameOf(String id, RelayRequest request) {
        return request.session().filter(asked -> asked.id().equals(id)).map(NamedSession::name);
    }

    /** Backends may choose the same ids: a session is that of its backend. No header's value holds a line end. */
    private static String key(String session, RelayRequest request) {
        String backend = backend(request);
        return backend.isEmpty() ? session : backend + "\n" + session;
    }

    private static String backend(RelayRequest request) {
        return request.resource().backend().name();
    }

    private static SessionOwner owner(RelayRequest request) {
        return SessionOwner.of(request.caller());
    }

    /** Where a session that begins now lives, if it is to be found at one node alone. */
    private Optional<URI> here(RelayRequest request) {
        return settings.nodeUrl().filter(url -> request.resource().backend().isOnNode());
    }

    private static boolean isHandedOn(RelayRequest request) {
        return request.caller().pass().isPresent();
    }

    /** A row that stays ages out by itself, and its backend knows the session no more: the answer goes on. */
    private void close(String id, RelayRequest request) {
        try {
            sessions.closed(key(id, request), owner(request));
        } catch (Rejection e) {
            requireAway(e);
        }
    }

    private static boolean opens(Optional<String> asked, List<Header> headers) {
        return Header.values(headers, McpHeaders.SESSION).stream()
                .anyMatch(session -> !asked.equals(Optional.of(session)));
    }

    /** The name of a session that the backend has opened. Between nodes it has none. */
    private String open(String id, RelayRequest request) {
        Optional<URI> node = here(request);
        String unnoted = name(id, request, SessionProof.unnoted(node, clock.instant()));
        if (McpHeaders.isTooLong(unnoted)) {
            throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
        }
        boolean noted = note(key(id, request), new McpSession(owner(request), node));
        if (isHandedOn(request)) {
            return id;
        }
        return noted ? name(id, request, SessionProof.noted(node)) : unnoted;
    }

    private String name(String id, RelayRequest request, SessionProof proof) {
        return names.name(id, backend(request), owner(request), proof);
    }

    /** @return whether the store knows of it; else it is noted when it is next used and the store is back */
    private boolean note(String key, McpSession session) {
        try {
            if (!sessions.opened(key, session)) {
                throw Rejection.of(Reason.BACKEND_ANSWER_INVALID);
            }
            return true;
        } catch (Rejection e) {
            requireAway(e);
            return false;
        }
    }

    private static void requireAway(Rejection failure) {
        if (failure.reason() != Reason.STORE_UNAVAILABLE) {
            throw failure;
        }
    }
}
