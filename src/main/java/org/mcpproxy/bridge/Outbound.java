package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The messages of one POST as the server is to have them: requests have numbers of ours. */
final class Outbound {

    static final Duration SOON = Duration.ofSeconds(5);

    private static final String CANCELLED = "notifications/cancelled";

    private final boolean modern;
    private final PendingRequests pending;
    private final Sender sender;
    private final List<Outgoing> messages = new ArrayList<>();
    private final Map<Long, Outgoing> requests = new LinkedHashMap<>();
    private final List<Long> cancelled = new ArrayList<>();

    Outbound(boolean modern, PendingRequests pending, Sender sender) {
        this.modern = modern;
        this.pending = pending;
        this.sender = sender;
    }

    /**
     * From here on its requests are pending.
     *
     * @throws Rejection {@code SERVER_FULL} where too much waits for an answer
     */
    void add(Envelope message, Reply reply) {
        if (message.isRequest()) {
            addRequest(message, Pending.of(message, opens(message), reply, sender.size()));
        } else {
            other(message).map(Outgoing::new).ifPresent(messages::add);
        }
    }

    List<Outgoing> messages() {
        return messages;
    }

    /** By their numbers. */
    Map<Long, Outgoing> requests() {
        return requests;
    }

    /** The numbers of those requests, of this POST or earlier ones, that it cancels. */
    List<Long> cancelled() {
        return cancelled;
    }

    Sender sender() {
        return sender;
    }

    /** No session begins with it since MCP 2026-07-28, where all clients of a user share a conversation. */
    private boolean opens(Envelope request) {
        return !modern && request.is(Messages.INITIALIZE);
    }

    private void addRequest(Envelope request, Pending kept) {
        long number = pending.add(kept).orElseThrow(() -> Rejection.until(Reason.SERVER_FULL, SOON));
        String name = Long.toString(number);
        Outgoing renamed = new Outgoing(request.renamed(Map.of(Naming.ID, name, Naming.TOKEN_ASKED, name)));
        requests.put(number, renamed);
        messages.add(renamed);
    }

    private Optional<String> other(Envelope message) {
        if (message.is(CANCELLED)) {
            // Whose request a modern one means cannot be known, and a disconnect is how it is said there.
            return modern ? Optional.empty() : cancellation(message);
        }
        // A modern server is answered nothing, as it may ask nothing.
        return modern && message.isResponse() ? Optional.empty() : Optional.of(message.text());
    }

    private Optional<String> cancellation(Envelope message) {
        Optional<Long> number = message.name(Naming.CANCELLED).flatMap(pending::cancellable);
        number.ifPresent(cancelled::add);
        return number.map(known -> message.renamed(Map.of(Naming.CANCELLED, Long.toString(known))));
    }
}
