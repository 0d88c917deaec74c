package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import org.mcpproxy.oauth.Rejection;

/**
 * The body of an answer, through a filter. No more is asked of the backend than the client asks for, but for what is held
 * back.
 *
 * @param error what ends the body instead of what cannot be judged; where there is none, it breaks off
 * @param refused called then
 */
record FilteredBody(
        Flow.Publisher<List<ByteBuffer>> source, BodyFilter filter, Optional<byte[]> error, Runnable refused)
        implements Flow.Publisher<List<ByteBuffer>> {

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> client) {
        source.subscribe(new Filtering(client));
    }

    /**
     * What has come whole is a whole one again.
     *
     * @throws Rejection where it cannot be judged, and there is no error
     */
    WholeBody of(WholeBody whole) {
        ByteArrayOutputStream passed = new ByteArrayOutputStream();
        try {
            whole.parts().forEach(part -> filter.next(part, passed));
            filter.end(passed);
        } catch (Rejection e) {
            passed.writeBytes(filter.error(error.orElseThrow(() -> e)));
            refused.run();
        }
        return new WholeBody(passed.size() == 0 ? List.of() : List.of(ByteBuffer.wrap(passed.toByteArray())));
    }

    private final class Filtering implements Flow.Subscriber<List<ByteBuffer>>, Flow.Subscription {

        private final Flow.Subscriber<? super List<ByteBuffer>> client;
        private Flow.Subscription backend;
        private boolean over;

        /** Guarded by this. */
        private long demand;

        /** Guarded by this. What is left to deliver when the client asks again, after the backend's end. */
        private byte[] last;

        Filtering(Flow.Subscriber<? super List<ByteBuffer>> client) {
            this.client = client;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            backend = given;
            client.onSubscribe(this);
        }

        @Override
        public void request(long more) {
            byte[] left;
            synchronized (this) {
                demand += more;
                left = last;
                last = null;
            }
            if (left == null) {
                backend.request(more);
            } else {
                deliverLast(left);
            }
        }

        @Override
        public void cancel() {
            backend.cancel();
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            if (over) {
                return;
            }
            ByteArrayOutputStream passed = new ByteArrayOutputStream();
            try {
                parts.forEach(part -> filter.next(part, passed));
            } catch (Rejection e) {
                backend.cancel();
                refuse(e, passed);
                return;
            }
            if (passed.size() == 0) {
                backend.request(1);
            } else {
                synchronized (this) {
                    demand--;
                }
                client.onNext(List.of(ByteBuffer.wrap(passed.toByteArray())));
            }
        }

        @Override
        public void onError(Throwable failure) {
            if (!over) {
                over = true;
                client.onError(failure);
            }
        }

        @Override
        public void onComplete() {
            if (over) {
                return;
            }
            ByteArrayOutputStream left = new ByteArrayOutputStream();
            try {
                filter.end(left);
                over = true;
                end(left.toByteArray());
            } catch (Rejection e) {
                refuse(e, left);
            }
        }

        private void refuse(Rejection why, ByteArrayOutputStream passed) {
            over = true;
            refused.run();
            if (error.isPresent()) {
                passed.writeBytes(filter.error(error.get()));
                end(passed.toByteArray());
            } else {
                client.onError(why);
            }
        }

        private void end(byte[] left) {
            if (left.length == 0) {
                client.onComplete();
                return;
            }
            synchronized (this) {
                if (demand == 0) {
                    last = left;
                    return;
                }
            }
            deliverLast(left);
        }

        private void deliverLast(byte[] left) {
            client.onNext(List.of(ByteBuffer.wrap(left)));
            client.onComplete();
        }
    }
}
