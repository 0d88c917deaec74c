package org.mcpproxy.bridge;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/**
 * What is said to one server, and what it says. Requests of different HTTP requests may have the same ids and progress
 * tokens: the server sees numbers of ours, and each answer goes where its request came from, with the names that it had.
 */
final class Conversation implements Channel.Receiver {

    static final String INITIALIZE = "initialize";

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String PROGRESS = "notifications/progress";
    private static final String CANCELLED = "notifications/cancelled";
    private static final int METHOD_NOT_FOUND = -32601;

    private final boolean modern;
    private final List<Header> headers;
    private final Consumer<Reply> slow;
    private final Room room;
    private final PendingRequests pending;
    private final ListeningStream listening;
    private volatile boolean closed;
    private volatile boolean closedByUs;
    private volatile long lastUsed = System.nanoTime();
    private volatile Channel channel;
    /** Of the newest request: on their behalf we say what is about none. */
    private volatile Sender last;

    /**
     * @param modern whether it is of MCP 2026-07-28, where servers ask nothing and nobody listens but with a request
     * @param headers of every answer
     * @param room for what waits
     * @param slow is given each reply whose events may begin before there is something to say
     */
    Conversation(boolean modern, List<Header> headers, Room room, Consumer<Reply> slow) {
        this.modern = modern;
        this.headers = headers;
        this.room = room;
        this.slow = slow;
        this.pending = new PendingRequests(room.share());
        this.listening = new ListeningStream(room.share());
    }

    /** Must come before anything else. */
    void over(Channel server) {
        this.channel = server;
        if (closed) {
            server.close();
        }
    }

    /**
     * One POST.
     *
     * @param takesEvents whether its client reads event streams
     * @throws Rejection {@code SERVER_FULL} where the server does not read, or too much waits; {@code BACKEND_UNAVAILABLE} where it is gone
     */
    BackendClient.Call post(Sender sender, byte[] body, boolean takesEvents) {
        lastUsed = System.nanoTime();
        List<Envelope> messages = parsed(body);
        last = sender;
        int requests = (int) messages.stream().filter(Envelope::isRequest).count();
        List<Long> numbers = new ArrayList<>();
        Reply reply = reply(messages, requests, takesEvents, () -> cancel(numbers, sender));
        try {
            send(translated(messages, reply, numbers, sender), sender, numbers);
        } catch (Rejection e) {
            numbers.forEach(pending::take);
            throw e;
        }
        if (requests == 0) {
            return Told.accepted();
        }
        if (reply.takesEvents()) {
            slow.accept(reply);
        }
        return reply;
    }

    private Reply reply(List<Envelope> messages, int requests, boolean takesEvents, Runnable forget) {
        boolean probing = messages.get(0).is("server/discover");
        boolean opening = messages.get(0).is(INITIALIZE);
        return new Reply(
                requests,
                messages.size() > 1,
                headers,
                modern ? response -> ModernStatus.of(response, probing) : response -> 200,
                takesEvents && !opening,
                room.share(),
                opening ? this::close : forget,
                modern ? forget : () -> {});
    }

    /** The stream of a GET. A newer one takes the place of an older, whose client may be gone without our knowing. */
    BackendClient.Call listen() {
        lastUsed = System.nanoTime();
        if (closed) {
            throw Rejection.of(Reason.BACKEND_UNAVAILABLE);
        }
        AnswerBody[] self = new AnswerBody[1];
        AnswerBody body = new AnswerBody(room.share(), () -> stopListening(self[0]));
        self[0] = body;
        listening.open(body);
        if (closed) {
            listening.close();
        }
        return Told.events(headers, body);
    }

    /** Whether nobody has used it for this long, or waits for it. */
    boolean isIdle(Duration time) {
        return !listening.isOpen() && !pending.isAnyWanted() && System.nanoTime() - lastUsed > time.toNanos();
    }

    /** Whether a body is the one request that opens a session. */
    static boolean opens(byte[] body) {
        List<Envelope> messages = parsed(body);
        return messages.size() == 1
                && messages.get(0).isRequest()
                && messages.get(0).is(INITIALIZE);
    }

    boolean wasClosedByUs() {
        return closedByUs;
    }

    boolean isClosed() {
        return closed;
    }

    void close() {
        closedByUs |= !closed;
        closed = true;
        Channel server = channel;
        if (server != null) {
            server.close();
        }
    }

    @Override
    public void message(String text) {
        EnvelopeParser.parse(text).forEach(this::heard);
    }

    @Override
    public void closed(Reason why) {
        closed = true;
        pending.takeAll().forEach(request -> request.reply().fail(Rejection.of(why)));
        listening.close();
    }

    private static List<Envelope> parsed(byte[] body) {
        try {
            return EnvelopeParser.parse(new String(body, StandardCharsets.UTF_8));
        } catch (BadLineException e) {
            throw Rejection.of(Reason.MESSAGE_MALFORMED);
        }
    }

    private List<String> translated(List<Envelope> messages, Reply reply, List<Long> numbers, Sender sender) {
        List<String> lines = new ArrayList<>();
        for (Envelope message : messages) {
            if (message.isRequest()) {
                lines.add(numbered(message, Pending.of(message, reply, sender.size()), numbers));
            } else {
                unasked(message).ifPresent(lines::add);
            }
        }
        return lines;
    }

    private String numbered(Envelope request, Pending kept, List<Long> numbers) {
        long number = pending.add(kept).orElseThrow(() -> Rejection.until(Reason.SERVER_FULL, SOON));
        numbers.add(number);
        String name = Long.toString(number);
        return request.renamed(Map.of(Naming.ID, name, Naming.TOKEN_ASKED, name));
    }

    /** What is no request, for the server. */
    private Optional<String> unasked(Envelope message) {
        if (message.is(CANCELLED)) {
            // Whose request a modern one means cannot be known, and a disconnect is how it is said there.
            return modern
                    ? Optional.empty()
                    : message.name(Naming.CANCELLED)
                            .flatMap(pending::numberOf)
                            .map(number -> message.renamed(Map.of(Naming.CANCELLED, Long.toString(number))));
        }
        // A modern server is answered nothing, as it may ask nothing.
        return modern && message.isResponse() ? Optional.empty() : Optional.of(message.text());
    }

    private void send(List<String> lines, Sender sender, List<Long> numbers) {
        // Where it closes from here on, that fails each request that is pending.
        boolean sent = !closed
                && (lines.isEmpty()
                        || channel.send(lines, sender.headers(), why -> undelivered(List.copyOf(numbers), why)));
        if (!sent) {
            throw closed ? Rejection.of(Reason.BACKEND_UNAVAILABLE) : Rejection.until(Reason.SERVER_FULL, SOON);
        }
    }

    private void undelivered(List<Long> numbers, Rejection why) {
        for (Long number : numbers) {
            pending.take(number).ifPresent(request -> {
                request.reply().undelivered(request.id(), why);
                if (request.opening()) {
                    close();
                }
            });
        }
    }

    private void cancel(List<Long> numbers, Sender sender) {
        List<String> lines = new ArrayList<>();
        for (Long number : numbers) {
            pending.take(number).ifPresent(known -> lines.add(OwnMessages.cancelled(number)));
        }
        if (!lines.isEmpty()) {
            tellLater(lines, sender);
        }
    }

    /** With a fresh credential, maybe long after the request; where there is no room to wait for one, with that of the request. */
    private void tellLater(List<String> lines, Sender sender) {
        BodyBudget.Share waiting = room.share();
        if (waiting.take(sender.size())) {
            sender.later().whenComplete((fresh, failure) -> {
                waiting.close();
                tell(lines, failure == null ? fresh : sender.headers());
            });
        } else {
            tell(lines, sender.headers());
        }
    }

    /** Says something of our own; where it does not arrive, nobody misses it. */
    private void tell(List<String> lines, List<Header> as) {
        Channel server = channel;
        if (!closed && server != null) {
            server.send(lines, as, why -> {});
        }
    }

    private void heard(Envelope message) {
        if (message.isResponse()) {
            message.number(Naming.ID).flatMap(pending::take).ifPresent(request -> {
                request.reply().response(request.id(), message, request.named(message));
                if (request.opening() && message.failure().isPresent()) {
                    close();
                }
            });
        } else if (message.is(PROGRESS)) {
            message.number(Naming.TOKEN_TOLD)
                    .flatMap(pending::get)
                    .ifPresent(request -> request.reply().message(request.named(message)));
        } else if (modern) {
            heardOfModern(message);
        } else {
            heardOfSession(message);
        }
    }

    /** Since 2026-07-28, servers send no requests; and what they tell belongs to a request. */
    private void heardOfModern(Envelope message) {
        if (message.isRequest()) {
            refuse(message);
            return;
        }
        Optional<Pending> request = message.names().containsKey(Naming.SUBSCRIPTION)
                ? message.number(Naming.SUBSCRIPTION).flatMap(pending::get)
                : pending.onlyOne();
        request.ifPresent(known -> known.reply().message(known.named(message)));
    }

    private void refuse(Envelope request) {
        String id = request.name(Naming.ID).orElseThrow();
        String answer = request.is("ping")
                ? OwnMessages.nothing(id)
                : OwnMessages.error(id, METHOD_NOT_FOUND, "This client takes no requests.");
        Sender known = last;
        if (known != null) {
            tell(List.of(answer), known.headers());
        }
    }

    /** To whoever listens; else with the oldest request whose reply is read; else it waits for a listener. */
    private void heardOfSession(Envelope message) {
        if (listening.write(message.text())) {
            return;
        }
        Optional<Pending> request = pending.oldestStream();
        if (request.isPresent()) {
            request.get().reply().message(message.text());
        } else {
            listening.hold(message.text());
        }
    }

    private void stopListening(AnswerBody body) {
        lastUsed = System.nanoTime();
        listening.left(body);
    }
}
