package org.mcpproxy.bridge;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;

/** A call whose answer is known at once. */
record Told(BackendClient.Answer known) implements BackendClient.Call {

    static Told accepted() {
        return empty(202, List.of());
    }

    static Told empty(int status, List<Header> headers) {
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header("Content-Length", "0"));
        return new Told(new BackendClient.Answer(status, all, AnswerBody.empty()));
    }

    static Told events(List<Header> headers, AnswerBody body) {
        List<Header> all = new ArrayList<>(headers);
        all.add(new Header("Content-Type", "text/event-stream"));
        all.add(new Header("Cache-Control", "no-store"));
        return new Told(new BackendClient.Answer(200, all, body));
    }

    @Override
    public CompletionStage<BackendClient.Answer> answer() {
        return CompletableFuture.completedFuture(known);
    }

    @Override
    public void cancel() {
        // It has come.
    }
}
