package org.mcpproxy.bridge;

import java.util.ArrayDeque;
import java.util.Deque;
import org.mcpproxy.web.BodyBudget;

/** The stream of a GET, and what waits for one. A newer takes the place of an older, whose client may be gone. */
final class ListeningStream {

    /** Messages for a stream that is not open yet, in characters. */
    private static final int MOST_HELD = 256 * 1024;

    private final Deque<String> held = new ArrayDeque<>();
    private final BodyBudget.Share room;
    private int heldLength;
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
                body.write(Reply.event(released()));
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
        while (!held.isEmpty() && heldLength + text.length() > MOST_HELD) {
            released();
        }
        if (text.length() <= MOST_HELD && room.take(text.length())) {
            held.add(text);
            heldLength += text.length();
        }
    }

    private String released() {
        String oldest = held.remove();
        heldLength -= oldest.length();
        room.give(oldest.length());
        return oldest;
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
