package org.mcpproxy.relay;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.function.Consumer;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.Failures;

/**
 * The parts of an answer, on their way through its filter. One thing is done at a time: the backend's end waits until what came
 * before has been judged, wherever that is done, and delivered.
 */
final class FilteredParts implements Flow.Subscriber<List<ByteBuffer>>, Flow.Subscription {

    private final FilteredBody body;
    private final Flow.Subscriber<? super List<ByteBuffer>> client;
    private Flow.Subscription backend;

    /** Nothing is wanted of the backend any more. */
    private volatile boolean over;

    /** Guarded by this, as all below. Parts that the client has asked for and not got. */
    private long demand;

    /** The backend is to send a part: it is asked for one at a time. */
    private boolean asked;

    /** What has come is being worked on. */
    private boolean busy;

    /** What follows from the backend's end, which came meanwhile. */
    private Runnable end;

    /** What is left to deliver when the client asks again, after the end. */
    private byte[] last;

    FilteredParts(FilteredBody body, Flow.Subscriber<? super List<ByteBuffer>> client) {
        this.body = body;
        this.client = client;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
        backend = given;
        client.onSubscribe(this);
    }

    @Override
    public void request(long more) {
        synchronized (this) {
            demand += more;
        }
        goOn();
    }

    private void goOn() {
        byte[] left;
        synchronized (this) {
            if (busy || asked || demand == 0 || (over && last == null)) {
                return;
            }
            left = last;
            last = null;
            asked = left == null;
        }
        if (left == null) {
            backend.request(1);
        } else {
            client.onNext(List.of(ByteBuffer.wrap(left)));
            client.onComplete();
        }
    }

    @Override
    public void cancel() {
        synchronized (this) {
            over = true;
            last = null;
        }
        body.aside().giveUp();
        backend.cancel();
    }

    @Override
    public void onNext(List<ByteBuffer> parts) {
        synchronized (this) {
            if (over) {
                return;
            }
            asked = false;
            busy = true;
        }
        new Step(
                        (hasTime, out) ->
                                parts.stream().allMatch(part -> body.filter().next(part, hasTime, out)),
                        this::deliver)
                .begin();
    }

    @Override
    public void onError(Throwable failure) {
        end(() -> breakOff(failure));
    }

    @Override
    public void onComplete() {
        end(new Step(body.filter()::end, this::finish)::begin);
    }

    private void end(Runnable come) {
        synchronized (this) {
            if (busy || over) {
                end = come;
                return;
            }
            asked = false;
            busy = true;
        }
        come.run();
    }

    private void deliver(byte[] passed) {
        if (passed.length > 0) {
            synchronized (this) {
                demand--;
            }
            client.onNext(List.of(ByteBuffer.wrap(passed)));
        }
        Runnable come;
        synchronized (this) {
            come = end;
            busy = come != null;
        }
        if (come == null) {
            goOn();
        } else {
            come.run();
        }
    }

    private void finish(byte[] left) {
        synchronized (this) {
            over = true;
            busy = false;
            last = left.length == 0 ? null : left;
        }
        if (left.length == 0) {
            client.onComplete();
        } else {
            goOn();
        }
    }

    private void refuse(Rejection why, ByteArrayOutputStream passed) {
        if (body.error().isPresent()) {
            body.refused().run();
            backend.cancel();
            passed.writeBytes(body.filter().error(body.error().get()));
            finish(passed.toByteArray());
        } else {
            breakOff(why);
        }
    }

    private void breakOff(Throwable why) {
        if (!over) {
            over = true;
            backend.cancel();
            client.onError(why);
        }
    }

    /** What the filter is to do next, at once or aside, and what it lets pass. */
    private final class Step {

        private final Work work;
        private final Consumer<byte[]> then;
        private final ByteArrayOutputStream passed = new ByteArrayOutputStream();
        private RuntimeException failure;

        Step(Work work, Consumer<byte[]> then) {
            this.work = work;
            this.then = then;
        }

        void begin() {
            if (over) {
                return;
            }
            if (isDone(false)) {
                end();
            } else if (!body.aside().run(() -> isDone(true), this::end)) {
                breakOff(Relay.full());
            }
        }

        private boolean isDone(boolean hasTime) {
            try {
                return work.isDone(hasTime, passed);
            } catch (RuntimeException e) {
                failure = e;
                return true;
            }
        }

        private void end() {
            if (over) {
                return;
            }
            if (failure == null) {
                then.accept(passed.toByteArray());
            } else if (failure instanceof Rejection why) {
                refuse(why, passed);
            } else {
                Failures.log("An answer on its way through the filter", failure);
                breakOff(Rejection.of(Reason.INTERNAL_ERROR, failure));
            }
        }
    }

    private interface Work {

        /** @return false where it takes long, and there is no time */
        boolean isDone(boolean hasTime, ByteArrayOutputStream out);
    }
}
