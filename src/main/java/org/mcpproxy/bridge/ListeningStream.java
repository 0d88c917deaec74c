package org.mcpproxy.bridge;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.mcpproxy.web.BodyBudget;

/** The stream of a GET, and what waits for one. A newer takes the place of an older, whose client may be gone. */
final class ListeningStream {

    /** Events for a stream that is not open yet, in bytes. */
    private static final int MOST_HELD = 256 * 1024;

    private final Deque<String> held = new ArrayDeque<>();
    private final BodyBudget.Share room;
    private int heldBytes;
    private AnswerBody listener;

    /** @param room for what waits */
    ListeningStream(BodyBudget.Share room) {
        this.room = room;
    }

    void open(AnswerBody body) {
        AnswerBody before;
        synchronized (this) {
            before = listener;
            listener = body;
            while (!held.isEmpty()) {
                body.adopt(taken(), room);
            }
        }
        if (before != null) {
            before.complete();
        }
    }

    /** @return false where nobody listens */
    synchronized boolean write(String text) {
        if (listener == null) {
            return false;
        }
        listener.write(Reply.event(text));
        return true;
    }

    /** Keeps it until somebody listens; the oldest go first. Where there is no room, it is lost. */
    synchronized void hold(String text) {
        if (write(text)) {
            return;
        }
        String event = Reply.event(text);
        int length = length(event);
        while (!held.isEmpty() && heldBytes + length > MOST_HELD) {
            room.give(length(taken()));
        }
        if (length <= MOST_HELD && room.take(length)) {
            held.add(event);
            heldBytes += length;
        }
    }

    private String taken() {
        String oldest = held.remove();
        heldBytes -= length(oldest);
        return oldest;
    }

    /** As a listener's body counts it. */
    private static int length(String event) {
        return event.getBytes(StandardCharsets.UTF_8).length;
    }

    synchronized boolean isOpen() {
        return listener != null;
    }

    /** Its reader has gone. */
    synchronized void left(AnswerBody body) {
        if (listener == body) {
            listener = null;
        }
    }

    void close() {
        AnswerBody listening;
        synchronized (this) {
            listening = listener;
            listener = null;
            held.clear();
            room.close();
        }
        if (listening != null) {
            listening.complete();
        }
    }
}
