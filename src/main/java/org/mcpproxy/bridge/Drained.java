package org.mcpproxy.bridge;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.mcpproxy.relay.BackendClient;

/** Reads a short body that nobody wants, so that its connection serves again; a long or slow one is given up. */
final class Drained implements Flow.Subscriber<List<ByteBuffer>> {

    private static final int MOST = 16 * 1024;
    private static final Executor LATER = CompletableFuture.delayedExecutor(2, TimeUnit.SECONDS);

    private volatile boolean ended;
    private Flow.Subscription subscription;
    private long read;

    private Drained() {}

    static void body(BackendClient.Answer answer) {
        answer.body().subscribe(new Drained());
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        LATER.execute(this::giveUp);
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        read += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (read > MOST) {
            giveUp();
        } else {
            subscription.request(1);
        }
    }

    private void giveUp() {
        if (!ended) {
            ended = true;
            subscription.cancel();
        }
    }

    @Override
    public void onError(Throwable failure) {
        ended = true;
    }

    /** The connection is free. */
    @Override
    public void onComplete() {
        ended = true;
    }
}
