package org.mcpproxy.bridge;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.mcpproxy.config.Backend;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.BackendClients;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Era;
import org.mcpproxy.relay.Header;

/** Answers as an MCP server over Streamable HTTP would, in both of its forms (MCP 2025-11-25 and 2026-07-28). */
record BridgedClient(
        BridgedBackends backends,
        Backend backend,
        Caller caller,
        Era era,
        BackendClients http,
        CallerCredential credential)
        implements BackendClient {

    static final String SESSION = "Mcp-Session-Id";

    private static final String EVENTS = "text/event-stream";

    @Override
    public Call send(String method, URI url, List<Header> headers, byte[] body) {
        if (era == Era.MODERN) {
            return method.equals("POST")
                    ? backends.shared(opening(headers)).post(sender(headers), body, accepts(headers))
                    : Told.empty(405, List.of(new Header("Allow", "POST")));
        }
        Optional<String> id = Header.values(headers, SESSION).stream().findFirst();
        if (id.isEmpty()) {
            return open(method, headers, body);
        }
        Conversation session =
                backends.session(backend, id.get()).orElseThrow(() -> Rejection.of(Reason.SESSION_UNKNOWN));
        return switch (method) {
            case "POST" -> session.post(sender(headers), body, accepts(headers));
            case "GET" -> accepts(headers) ? session.listen() : Told.empty(406, List.of());
            case "DELETE" -> {
                session.close();
                yield Told.empty(200, List.of());
            }
            default -> Told.empty(405, List.of(new Header("Allow", "GET, POST, DELETE")));
        };
    }

    private Call open(String method, List<Header> headers, byte[] body) {
        Kind.Opening opening = opening(headers);
        if (!method.equals("POST") || !Messages.of(body, opening.room().owner()).opensSession()) {
            throw Rejection.of(Reason.SESSION_MISSING);
        }
        Conversation opened = backends.open(opening);
        try {
            return opened.post(sender(headers), body, accepts(headers));
        } catch (Rejection e) {
            opened.close();
            throw e;
        }
    }

    private Kind.Opening opening(List<Header> headers) {
        Holder holder = Holder.of(caller);
        return new Kind.Opening(backend, holder, caller.client(), http, headers, holder.room(backends.waiting()));
    }

    private Sender sender(List<Header> headers) {
        return new Sender(headers, credential);
    }

    private static boolean accepts(List<Header> headers) {
        return Header.values(headers, "Accept").stream()
                .map(value -> value.toLowerCase(Locale.ROOT))
                .anyMatch(value -> value.contains(EVENTS) || value.contains("*/*"));
    }
}
