package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;

/** What of a body has come, as much as was asked for. */
final class Events implements Flow.Subscriber<List<ByteBuffer>> {

    final CompletableFuture<Void> done = new CompletableFuture<>();
    volatile Flow.Subscription subscription;

    private final StringBuffer text = new StringBuffer();
    private final long asked;

    /** All that comes. */
    Events() {
        this(Long.MAX_VALUE);
    }

    Events(long asked) {
        this.asked = asked;
    }

    String text() {
        return text.toString();
    }

    int count() {
        return text().split("data: event\n\n", -1).length - 1;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        if (asked > 0) {
            given.request(asked);
        }
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        parts.forEach(part -> text.append(StandardCharsets.UTF_8.decode(part)));
    }

    @Override
    public void onError(Throwable failure) {
        done.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
        done.complete(null);
    }
}
