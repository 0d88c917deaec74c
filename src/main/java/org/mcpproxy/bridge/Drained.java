package org.mcpproxy.bridge;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.mcpproxy.relay.BackendClient;

/** Reads a short body that nobody wants, so that its connection serves again; a long one is given up. */
final class Drained implements Flow.Subscriber<List<ByteBuffer>> {

    private static final int MOST = 16 * 1024;

    private Flow.Subscription subscription;
    private long read;

    private Drained() {}

    static void body(BackendClient.Answer answer) {
        answer.body().subscribe(new Drained());
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        subscription = given;
        given.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
        read += buffers.stream().mapToLong(ByteBuffer::remaining).sum();
        if (read > MOST) {
            subscription.cancel();
        } else {
            subscription.request(1);
        }
    }

    @Override
    public void onError(Throwable failure) {
        // It was not wanted.
    }

    @Override
    public void onComplete() {
        // The connection is free.
    }
}
