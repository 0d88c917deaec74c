package org.mcpproxy.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.web.BodyBudget;

/**
 * The answer to one HTTP request with requests in it: JSON, or events as soon as there is something to say before the
 * response (MCP 2025-11-25, Sending Messages to the Server).
 */
final class Reply implements BackendClient.Call {

    private static final int INTERNAL_ERROR = -32603;

    private final CompletableFuture<BackendClient.Answer> head = new CompletableFuture<>();
    private final AnswerBody body;
    private final List<Header> headers;
    private final Statuses statuses;
    private final boolean takesEvents;
    private final Runnable cancel;
    private final int requests;
    private final boolean batch;
    private int outstanding;
    private boolean events;
    private boolean done;
    private volatile boolean incomplete;

    /**
     * @param requests how many responses are to come
     * @param batch whether the answer to a lone request is an array too
     * @param headers of the answer, beside its type
     * @param room for what its reader leaves lying
     * @param cancel called where nobody wants the answer any more, before it has begun
     * @param left called where its reader has gone later on, or has left too much lying
     */
    Reply(
            int requests,
            boolean batch,
            List<Header> headers,
            Statuses statuses,
            boolean takesEvents,
            BodyBudget.Share room,
            Runnable cancel,
            Runnable left) {
        this.requests = requests;
        this.batch = batch;
        this.outstanding = requests;
        this.headers = headers;
        this.statuses = statuses;
        this.takesEvents = takesEvents;
        this.cancel = cancel;
        this.body = new AnswerBody(room, left);
    }

    /** The HTTP status of a lone response. */
    @FunctionalInterface
    interface Statuses {
        int of(Envelope response);
    }

    /** Something that is no response. Where there is no room for it, the answer breaks off. */
    void message(String text) {
        if (takesEvents && beginEvents()) {
            body.write(event(text));
        }
    }

    /**
     * @param id as its client wrote it
     * @param text the response, with that id
     */
    void response(String id, Envelope response, String text) {
        BackendClient.Answer answer = null;
        synchronized (this) {
            if (!events && requests == 1) {
                done = true;
                answer = new BackendClient.Answer(statuses.of(response), with("application/json"), body);
            }
        }
        if (answer != null) {
            answer(answer, batch ? "[" + text + "]" : text);
            return;
        }
        beginEvents();
        if (!body.offer(event(text))) {
            incomplete = true;
            body.write(event(error(id, Reason.ANSWER_UNREAD)));
        }
        settled();
    }

    /**
     * One response less is to come: it has been written, or its client has cancelled the request, and expects none. Where none
     * was written at all, the answer is an event stream without events: a request has no other answer that bears no response
     * (MCP 2025-11-25, Sending Messages to the Server), and its client waits for it no more.
     */
    void settled() {
        boolean last;
        synchronized (this) {
            last = --outstanding == 0;
        }
        if (last) {
            beginEvents();
            end();
        }
    }

    /** The audit hears of what is missing. */
    private void end() {
        if (incomplete) {
            body.breakOff(Rejection.of(Reason.ANSWER_UNREAD));
        } else {
            body.complete();
        }
    }

    /** A lone response. The server has done what was asked, so nobody is told to ask again. */
    private void answer(BackendClient.Answer answer, String text) {
        if (body.offer(text)) {
            body.complete();
            begin(answer);
        } else {
            fail(Rejection.of(Reason.ANSWER_UNREAD));
        }
    }

    /** What stands in the place of a response that does not come. */
    private static String error(String id, Reason why) {
        return OwnMessages.error(id, INTERNAL_ERROR, why.sentence());
    }

    /** Whoever has given up reads nothing. */
    private void begin(BackendClient.Answer answer) {
        if (!head.complete(answer)) {
            body.abandon();
        }
    }

    /** A request did not reach the server. An answer that has begun goes on, with an error in its place. */
    void undelivered(String id, Rejection why) {
        boolean begun;
        synchronized (this) {
            begun = events;
        }
        if (!begun) {
            fail(why);
            return;
        }
        body.write(event(error(id, why.reason())));
        settled();
    }

    /** Whatever takes long is an event stream, so that its client sees heartbeats. */
    boolean beginEvents() {
        synchronized (this) {
            if (done) {
                return false;
            }
            if (events) {
                return true;
            }
            events = true;
        }
        begin(new BackendClient.Answer(200, with("text/event-stream"), body));
        return true;
    }

    boolean takesEvents() {
        return takesEvents;
    }

    /** No response will come. */
    void fail(Rejection why) {
        synchronized (this) {
            done = true;
        }
        if (head.completeExceptionally(why)) {
            body.abandon();
        } else {
            body.breakOff(why);
        }
    }

    /** Whether somebody still waits for it. */
    boolean isWanted() {
        return !head.isCancelled() && !body.isOver();
    }

    @Override
    public CompletionStage<BackendClient.Answer> answer() {
        return head;
    }

    @Override
    public void cancel() {
        if (head.cancel(false)) {
            cancel.run();
        }
    }

    static String event(String text) {
        return "event: message\ndata: " + text + "\n\n";
    }

    private List<Header> with(String type) {
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header("Content-Type", type));
        all.add(new Header("Cache-Control", "no-store"));
        return all;
    }
}
