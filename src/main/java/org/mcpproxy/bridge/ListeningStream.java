package org.mcpproxy.bridge;

import java.util.ArrayDeque;
import java.util.Deque;

/** The stream of a GET, and what waits for one. A newer takes the place of an older, whose client may be gone. */
final class ListeningStream {

    /** Messages for a stream that is not open yet, in characters. */
    private static final int MOST_HELD = 256 * 1024;

    private final Deque<String> held = new ArrayDeque<>();
    private int heldLength;
    private AnswerBody listener;

    void open(AnswerBody body) {
        AnswerBody before;
        synchronized (this) {
            before = listener;
            listener = body;
            held.forEach(text -> body.write(Reply.event(text)));
            held.clear();
            heldLength = 0;
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

    /** Keeps it until somebody listens; the oldest go first. */
    synchronized void hold(String text) {
        if (write(text)) {
            return;
        }
        held.add(text);
        heldLength += text.length();
        while (heldLength > MOST_HELD) {
            heldLength -= held.remove().length();
        }
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
            heldLength = 0;
        }
        if (listening != null) {
            listening.complete();
        }
    }
}
