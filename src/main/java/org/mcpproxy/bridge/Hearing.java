package org.mcpproxy.bridge;

import java.util.Optional;
import org.mcpproxy.bridge.Envelope.Naming;

/** Brings each message of a server to whom it is for, with the names that they gave. */
final class Hearing {

    private static final String PROGRESS = "notifications/progress";

    private final boolean modern;
    private final PendingRequests pending;
    private final ListeningStream listening;
    private final OwnSpeech speech;
    private final Runnable unopened;

    /**
     * @param speech refuses what a modern server may not ask
     * @param unopened called where the server opens no session
     */
    Hearing(boolean modern, PendingRequests pending, ListeningStream listening, OwnSpeech speech, Runnable unopened) {
        this.modern = modern;
        this.pending = pending;
        this.listening = listening;
        this.speech = speech;
        this.unopened = unopened;
    }

    void hear(Envelope message) {
        if (message.isResponse()) {
            message.number(Naming.ID).ifPresent(number -> response(number, message));
        } else if (message.is(PROGRESS)) {
            message.number(Naming.TOKEN_TOLD)
                    .flatMap(pending::get)
                    .ifPresent(request -> request.reply().message(request.named(message)));
        } else if (modern) {
            ofModern(message);
        } else {
            ofSession(message.text());
        }
    }

    private void response(long number, Envelope message) {
        pending.take(number).ifPresent(request -> {
            request.reply().response(request.id(), message, request.named(message));
            if (request.opening() && message.failure().isPresent()) {
                unopened.run();
            }
        });
    }

    /** Since 2026-07-28, servers send no requests; and what they tell belongs to a request. */
    private void ofModern(Envelope message) {
        if (message.isRequest()) {
            speech.refuse(message);
            return;
        }
        Optional<Pending> request = message.names().containsKey(Naming.SUBSCRIPTION)
                ? message.number(Naming.SUBSCRIPTION).flatMap(pending::get)
                : pending.onlyOne();
        request.ifPresent(known -> known.reply().message(known.named(message)));
    }

    /** To whoever listens; else with the oldest request whose reply is read; else it waits for a listener. */
    private void ofSession(String text) {
        if (listening.write(text)) {
            return;
        }
        Optional<Pending> request = pending.oldestStream();
        if (request.isPresent()) {
            request.get().reply().message(text);
        } else {
            listening.hold(text);
        }
    }
}
