package org.mcpproxy.relay;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;

/** The body of an answer that has come whole; may be empty. */
public record WholeBody(List<ByteBuffer> parts) implements Flow.Publisher<List<ByteBuffer>> {

    /** In bytes. */
    int length() {
        return parts.stream().mapToInt(ByteBuffer::remaining).sum();
    }

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> subscriber) {
        subscriber.onSubscribe(new Once(subscriber));
    }

    /** All of it at the first request. */
    private final class Once implements Flow.Subscription {

        private final Flow.Subscriber<? super List<ByteBuffer>> subscriber;
        private boolean over;

        Once(Flow.Subscriber<? super List<ByteBuffer>> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long count) {
            if (end()) {
                if (!parts.isEmpty()) {
                    subscriber.onNext(parts);
                }
                subscriber.onComplete();
            }
        }

        @Override
        public void cancel() {
            end();
        }

        private synchronized boolean end() {
            boolean first = !over;
            over = true;
            return first;
        }
    }
}
