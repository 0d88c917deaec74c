package org.mcpproxy.bridge;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

/**
 * What is said to one server, and what it says. Requests of different HTTP requests may have the same ids and progress
 * tokens: the server sees numbers of ours, and each answer goes where its request came from, with the names that it had.
 */
final class Conversation implements Channel.Receiver {

    private final boolean modern;
    private final List<Header> headers;
    private final Consumer<Reply> slow;
    private final Room room;
    private final PendingRequests pending;
    private final ListeningStream listening;
    private final TaskTokens tasks;
    private final OwnSpeech speech;
    private final Hearing hearing;
    private volatile boolean closed;
    private volatile boolean closedByUs;
    private volatile long lastUsed = System.nanoTime();
    private volatile Channel channel;

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
        this.tasks = new TaskTokens(room.share());
        this.speech = new OwnSpeech(this::server, pending, room);
        this.hearing = new Hearing(modern, pending, listening, tasks, speech, this::close);
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
        Messages said = Messages.of(body, room.owner());
        speech.after(sender);
        Outbound given = new Outbound(modern, pending, sender);
        Reply reply = reply(said, takesEvents, () -> speech.cancel(given));
        try {
            said.all().forEach(message -> given.add(message, reply));
            send(given);
        } catch (Rejection e) {
            given.requests().keySet().forEach(pending::take);
            throw e;
        }
        given.cancelled().forEach(this::cancelled);
        if (said.requests() == 0) {
            return Told.accepted();
        }
        if (reply.takesEvents()) {
            slow.accept(reply);
        }
        return reply;
    }

    /** The server is to answer it no more, and may have just done so (MCP 2025-11-25, Cancellation). */
    private void cancelled(Long number) {
        pending.take(number).ifPresent(request -> request.reply().settled());
    }

    private Reply reply(Messages said, boolean takesEvents, Runnable forget) {
        // Whoever leaves may come back.
        Runnable used = () -> lastUsed = System.nanoTime();
        boolean probing = said.first().is("server/discover");
        boolean opening = !modern && said.first().is(Messages.INITIALIZE);
        return new Reply(
                said.requests(),
                said.batch(),
                headers,
                modern ? response -> ModernStatus.of(response, probing) : response -> 200,
                takesEvents && !opening,
                room.share(),
                opening ? this::close : both(used, forget),
                modern ? both(used, forget) : used);
    }

    private static Runnable both(Runnable first, Runnable second) {
        return () -> {
            first.run();
            second.run();
        };
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
        if (pending.isAnyWanted()) {
            // It is in use for as long as somebody waits, and has its time from then on.
            lastUsed = System.nanoTime();
        }
        EnvelopeParser.parse(text, room.owner()).all().forEach(hearing::hear);
    }

    @Override
    public void closed(Reason why) {
        closed = true;
        pending.takeAll().forEach(request -> request.reply().fail(Rejection.of(why)));
        listening.close();
        tasks.close();
    }

    private Optional<Channel> server() {
        return closed ? Optional.empty() : Optional.ofNullable(channel);
    }

    private void send(Outbound given) {
        // Where it closes from here on, that fails each request that is pending.
        boolean sent = !closed
                && (given.messages().isEmpty()
                        || channel.send(
                                given.messages(), given.sender().headers(), why -> undelivered(given.requests(), why)));
        if (!sent) {
            throw closed
                    ? Rejection.of(Reason.BACKEND_UNAVAILABLE)
                    : Rejection.until(Reason.SERVER_FULL, Outbound.SOON);
        }
    }

    private void undelivered(Map<Long, Outgoing> requests, Rejection why) {
        for (Long number : requests.keySet()) {
            pending.take(number).ifPresent(request -> {
                request.reply().undelivered(request.id(), why);
                if (request.opening()) {
                    close();
                }
            });
        }
    }

    private void stopListening(AnswerBody body) {
        lastUsed = System.nanoTime();
        listening.left(body);
    }
}
