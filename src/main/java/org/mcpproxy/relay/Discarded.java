package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;

/** Reads nothing of an answer: takes the subscription and cancels it, so that its connection is given up. */
final class Discarded implements Flow.Subscriber<List<ByteBuffer>> {

    private Discarded() {}

    static void body(BackendClient.Answer answer) {
        answer.body().subscribe(new Discarded());
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {}

    @Override
    public void onError(Throwable failure) {}

    @Override
    public void onComplete() {}
}
