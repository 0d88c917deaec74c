package org.mcpproxy.bridge;

import java.util.Map;
import java.util.Optional;
import org.mcpproxy.bridge.Envelope.Naming;
import org.mcpproxy.bridge.Envelope.TaskState;

/** Brings each message of a server to whom it is for, with the names that they gave. */
final class Hearing {

    private static final String PROGRESS = "notifications/progress";

    private final boolean modern;
    private final PendingRequests pending;
    private final ListeningStream listening;
    private final TaskTokens tasks;
    private final OwnSpeech speech;
    private final Runnable unopened;

    /**
     * @param speech refuses what a modern server may not ask
     * @param unopened called where the server opens no session
     */
    Hearing(
            boolean modern,
            PendingRequests pending,
            ListeningStream listening,
            TaskTokens tasks,
            OwnSpeech speech,
            Runnable unopened) {
        this.modern = modern;
        this.pending = pending;
        this.listening = listening;
        this.tasks = tasks;
        this.speech = speech;
        this.unopened = unopened;
    }

    void hear(Envelope message) {
        message.task().filter(TaskState::isEnd).ifPresent(task -> tasks.end(task.id()));
        if (message.isResponse()) {
            message.number(Naming.ID).ifPresent(number -> response(number, message));
        } else if (message.is(PROGRESS)) {
            message.number(Naming.TOKEN_TOLD).ifPresent(number -> progress(number, message));
        } else if (modern) {
            ofModern(message);
        } else {
            ofSession(message.text());
        }
    }

    private void response(long number, Envelope message) {
        pending.take(number).ifPresent(request -> {
            if (!modern) {
                keepToken(number, request, message);
            }
            request.reply().response(request.id(), message, request.named(message));
            if (request.opening() && message.failure().isPresent()) {
                unopened.run();
            }
        });
    }

    private void keepToken(long number, Pending request, Envelope message) {
        message.task()
                .filter(task -> task.created() && !task.isEnd())
                .ifPresent(task -> request.token().ifPresent(token -> tasks.keep(number, token, task.id())));
    }

    /** Of a task it comes after the answer to its request. */
    private void progress(long number, Envelope message) {
        Optional<Pending> request = pending.get(number);
        if (request.isPresent()) {
            request.get().reply().message(request.get().named(message));
        } else {
            tasks.of(number).ifPresent(token -> ofSession(message.renamed(Map.of(Naming.TOKEN_TOLD, token))));
        }
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
