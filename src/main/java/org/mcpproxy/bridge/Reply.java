package org.mcpproxy.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

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
    private int outstanding;
    private final boolean batch;
    private boolean events;
    private boolean done;

    /**
     * @param requests how many responses are to come
     * @param headers of the answer, beside its type
     * @param cancel called where nobody wants the answer any more, before it has begun
     * @param left called where its reader has gone later on
     */
    Reply(
            int requests,
            boolean batch,
            List<Header> headers,
            Statuses statuses,
            boolean takesEvents,
            Runnable cancel,
            Runnable left) {
        this.outstanding = requests;
        this.batch = batch;
        this.headers = headers;
        this.statuses = statuses;
        this.takesEvents = takesEvents;
        this.cancel = cancel;
        this.body = new AnswerBody(left);
    }

    /** The HTTP status of a lone response. */
    @FunctionalInterface
    interface Statuses {
        int of(Envelope response);
    }

    /** Something that is no response. */
    void message(String text) {
        if (takesEvents && beginEvents()) {
            body.write(event(text));
        }
    }

    void response(Envelope response, String text) {
        BackendClient.Answer answer = null;
        boolean last;
        synchronized (this) {
            last = --outstanding == 0;
            if (!events && !batch) {
                done = true;
                answer = new BackendClient.Answer(statuses.of(response), with("application/json"), body);
            }
        }
        if (answer != null) {
            body.write(text);
            body.complete();
            head.complete(answer);
            return;
        }
        beginEvents();
        body.write(event(text));
        if (last) {
            body.complete();
        }
    }

    /** A request did not reach the server. An answer that has begun goes on, with an error in its place. */
    void undelivered(String id, Rejection why) {
        boolean begun;
        boolean last;
        synchronized (this) {
            begun = events;
            last = --outstanding == 0;
        }
        if (!begun) {
            fail(why);
            return;
        }
        body.write(event(OwnMessages.error(id, INTERNAL_ERROR, why.reason().sentence())));
        if (last) {
            body.complete();
        }
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
        head.complete(new BackendClient.Answer(200, with("text/event-stream"), body));
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
        if (!head.completeExceptionally(why)) {
            body.breakOff();
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
