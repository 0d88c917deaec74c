package org.mcpproxy.bridge;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

/**
 * What is said to one server, and what it says. Requests of different HTTP requests may have the same ids and progress
 * tokens: the server sees numbers of ours, and each answer goes where its request came from, with the names that it had.
 */
final class Conversation implements Channel.Receiver {

    private static final int MOST_PENDING = 1000;

    /** Messages for a GET stream that is not open yet, in characters. */
    private static final int MOST_HELD = 256 * 1024;

    private static final Duration SOON = Duration.ofSeconds(5);
    private static final String INITIALIZE = "initialize";
    private static final String PROGRESS = "notifications/progress";
    private static final String CANCELLED = "notifications/cancelled";

    private final boolean modern;
    private final List<Header> headers;
    private final Consumer<Reply> slow;
    private final Map<Long, Pending> pending = new LinkedHashMap<>();
    private final Deque<String> held = new ArrayDeque<>();
    private int heldLength;
    private long last;
    private AnswerBody listener;
    private volatile boolean closed;
    private volatile boolean closedByUs;
    private volatile long lastUsed = System.nanoTime();
    private volatile Channel channel;

    /**
     * @param modern whether it is of MCP 2026-07-28, where servers ask nothing and nobody listens but with a request
     * @param headers of every answer
     * @param slow is given each reply whose events may begin before there is something to say
     */
    Conversation(boolean modern, List<Header> headers, Consumer<Reply> slow) {
        this.modern = modern;
        this.headers = headers;
        this.slow = slow;
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
     * @throws Rejection {@code SERVER_FULL} where the server does not read, {@code BACKEND_UNAVAILABLE} where it is gone
     */
    BackendClient.Call post(byte[] body, boolean takesEvents) {
        lastUsed = System.nanoTime();
        List<Envelope> messages = parsed(body);
        long requests = messages.stream().filter(Envelope::isRequest).count();
        List<Long> numbers = new ArrayList<>();
        Runnable forget = () -> cancel(numbers);
        boolean batch = messages.size() > 1;
        boolean probing = messages.get(0).is("server/discover");
        boolean opening = messages.get(0).is(INITIALIZE);
        Reply reply = new Reply(
                (int) requests,
                batch,
                headers,
                modern ? response -> ModernStatus.of(response, probing) : response -> 200,
                takesEvents && !opening,
                opening ? this::close : forget,
                modern ? forget : () -> {});
        List<String> lines = new ArrayList<>();
        synchronized (pending) {
            if (pending.size() + requests > MOST_PENDING) {
                throw Rejection.until(Reason.SERVER_FULL, SOON);
            }
            messages.forEach(message -> translate(message, reply, numbers).ifPresent(lines::add));
        }
        send(lines, numbers);
        if (requests == 0) {
            return Told.accepted();
        }
        if (reply.takesEvents()) {
            slow.accept(reply);
        }
        return reply;
    }

    /** The stream of a GET. A newer one takes the place of an older, whose client may be gone without our knowing. */
    BackendClient.Call listen() {
        lastUsed = System.nanoTime();
        AnswerBody[] self = new AnswerBody[1];
        AnswerBody body = new AnswerBody(() -> stopListening(self[0]));
        self[0] = body;
        AnswerBody before;
        synchronized (pending) {
            requireOpen();
            before = listener;
            listener = body;
            held.forEach(text -> body.write(Reply.event(text)));
            held.clear();
            heldLength = 0;
        }
        if (before != null) {
            before.complete();
        }
        return Told.events(headers, body);
    }

    /** Whether nobody has used it for this long, or waits for it. */
    boolean isIdle(Duration time) {
        synchronized (pending) {
            return listener == null
                    && pending.values().stream()
                            .noneMatch(request -> request.reply().isWanted())
                    && System.nanoTime() - lastUsed > time.toNanos();
        }
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
    public void closed() {
        closed = true;
        List<Pending> left;
        AnswerBody listening;
        synchronized (pending) {
            left = List.copyOf(pending.values());
            pending.clear();
            listening = listener;
            listener = null;
            held.clear();
        }
        left.forEach(request -> request.reply().fail(Rejection.of(Reason.BACKEND_BROKE_OFF)));
        if (listening != null) {
            listening.complete();
        }
    }

    private static List<Envelope> parsed(byte[] body) {
        try {
            return EnvelopeParser.parse(new String(body, StandardCharsets.UTF_8));
        } catch (BadLineException e) {
            throw Rejection.of(Reason.MESSAGE_MALFORMED);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw Rejection.of(Reason.BACKEND_UNAVAILABLE);
        }
    }

    private Optional<String> translate(Envelope message, Reply reply, List<Long> numbers) {
        if (message.isRequest()) {
            long number = ++last;
            numbers.add(number);
            pending.put(number, Pending.of(message, reply));
            String name = Long.toString(number);
            return Optional.of(message.renamed(Map.of(Naming.ID, name, Naming.TOKEN_ASKED, name)));
        }
        if (message.is(CANCELLED)) {
            // Whose request a modern one means cannot be known, and a disconnect is how it is said there.
            return modern
                    ? Optional.empty()
                    : numberOf(message.name(Naming.CANCELLED))
                            .map(number -> message.renamed(Map.of(Naming.CANCELLED, number)));
        }
        // A modern server is answered nothing, as it may ask nothing.
        return modern && message.isResponse() ? Optional.empty() : Optional.of(message.text());
    }

    private Optional<String> numberOf(Optional<String> id) {
        return pending.entrySet().stream()
                .filter(request -> Optional.of(request.getValue().id()).equals(id))
                .map(request -> Long.toString(request.getKey()))
                .findFirst();
    }

    private void send(List<String> lines, List<Long> numbers) {
        boolean sent = lines.isEmpty() || (!closed && channel.send(lines));
        if (!sent || closed) {
            synchronized (pending) {
                numbers.forEach(pending::remove);
            }
            throw closed ? Rejection.of(Reason.BACKEND_UNAVAILABLE) : Rejection.until(Reason.SERVER_FULL, SOON);
        }
    }

    private void cancel(List<Long> numbers) {
        List<String> lines = new ArrayList<>();
        synchronized (pending) {
            for (Long number : numbers) {
                if (pending.remove(number) != null) {
                    lines.add("{\"jsonrpc\":\"2.0\",\"method\":\"" + CANCELLED + "\",\"params\":{\"requestId\":"
                            + number + ",\"reason\":\"The client has gone.\"}}");
                }
            }
        }
        if (!lines.isEmpty() && !closed) {
            channel.send(lines);
        }
    }

    private void heard(Envelope message) {
        if (message.isResponse()) {
            Optional<Pending> asked = taken(message.number(Naming.ID));
            asked.ifPresent(request -> {
                request.reply().response(message, request.named(message));
                if (request.opening() && message.failure().isPresent()) {
                    close();
                }
            });
        } else if (message.is(PROGRESS)) {
            asked(message.number(Naming.TOKEN_TOLD))
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
            String id = message.name(Naming.ID).orElseThrow();
            channel.send(List.of(
                    message.is("ping")
                            ? "{\"jsonrpc\":\"2.0\",\"id\":" + id + ",\"result\":{}}"
                            : "{\"jsonrpc\":\"2.0\",\"id\":" + id
                                    + ",\"error\":{\"code\":-32601,\"message\":\"This client takes no requests.\"}}"));
            return;
        }
        Optional<Pending> request = message.names().containsKey(Naming.SUBSCRIPTION)
                ? asked(message.number(Naming.SUBSCRIPTION))
                : onlyOne();
        request.ifPresent(known -> known.reply().message(known.named(message)));
    }

    /** To whoever listens; else with the oldest request whose reply is read; else it waits for a listener. */
    private void heardOfSession(Envelope message) {
        AnswerBody body;
        Optional<Pending> request;
        synchronized (pending) {
            body = listener;
            request = pending.values().stream()
                    .filter(known ->
                            known.reply().takesEvents() && known.reply().isWanted())
                    .findFirst();
            if (body == null && request.isEmpty()) {
                hold(message.text());
                return;
            }
        }
        if (body != null) {
            body.write(Reply.event(message.text()));
        } else {
            request.get().reply().message(message.text());
        }
    }

    /** The oldest go first. */
    private void hold(String text) {
        held.add(text);
        heldLength += text.length();
        while (heldLength > MOST_HELD) {
            heldLength -= held.remove().length();
        }
    }

    private Optional<Pending> taken(Optional<Long> number) {
        synchronized (pending) {
            return number.map(pending::remove);
        }
    }

    private Optional<Pending> asked(Optional<Long> number) {
        synchronized (pending) {
            return number.map(pending::get);
        }
    }

    private Optional<Pending> onlyOne() {
        synchronized (pending) {
            return pending.size() == 1 ? Optional.of(pending.values().iterator().next()) : Optional.empty();
        }
    }

    private void stopListening(AnswerBody body) {
        lastUsed = System.nanoTime();
        synchronized (pending) {
            if (listener == body) {
                listener = null;
            }
        }
    }

    /**
     * A request that has not been answered.
     *
     * @param id as its client wrote it
     * @param token as its client wrote it, where it asked for progress
     * @param opening whether without it there is no session
     */
    private record Pending(String id, Optional<String> token, boolean opening, Reply reply) {

        static Pending of(Envelope request, Reply reply) {
            return new Pending(
                    request.name(Naming.ID).orElseThrow(),
                    request.name(Naming.TOKEN_ASKED),
                    request.is(INITIALIZE),
                    reply);
        }

        /** What the server says of it, in its client's own words. */
        String named(Envelope message) {
            Map<Naming, String> names = new EnumMap<>(Naming.class);
            if (message.isResponse()) {
                names.put(Naming.ID, id);
            }
            token.ifPresent(own -> names.put(Naming.TOKEN_TOLD, own));
            names.put(Naming.SUBSCRIPTION, id);
            return message.renamed(names);
        }
    }
}
