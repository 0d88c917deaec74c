package org.mcpproxy.bridge;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A message for a server, which can be withdrawn until its channel begins to send it. Then its text is held here no more. */
final class Outgoing {

    private final int length;
    private final CompletableFuture<Void> sent = new CompletableFuture<>();
    private String text;

    /** @param text without line ends */
    Outgoing(String text) {
        this.length = text.length();
        this.text = text;
    }

    /** In characters. */
    int length() {
        return length;
    }

    /** The text, which is to be sent now; empty where it was withdrawn. */
    synchronized Optional<String> begin() {
        Optional<String> taken = Optional.ofNullable(text);
        text = null;
        return taken;
    }

    /** @return false where the server may see it, or has */
    boolean withdraw() {
        return begin().isPresent();
    }

    /** From now on nothing that is sent can overtake it. */
    void markSent() {
        sent.complete(null);
    }

    /** Done once nothing can overtake it; never where it does not get so far. */
    CompletionStage<Void> sent() {
        return sent;
    }
}
