package org.mcpproxy.bridge;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The body of an answer that is written bit by bit, for one subscriber. A server's messages do not wait for their reader:
 * where a reader leaves too much lying, the body breaks off.
 */
final class AnswerBody implements Flow.Publisher<List<ByteBuffer>> {

    /** In bytes. What comes when there is less is still taken, however long. */
    private static final int MOST_UNREAD = 1024 * 1024;

    private final Runnable cancelled;
    private final AtomicInteger calls = new AtomicInteger();
    private final Queue<byte[]> unread = new ArrayDeque<>();
    private int unreadBytes;
    private long wanted;
    private boolean complete;
    private boolean broken;
    private volatile boolean over;
    private Flow.Subscriber<? super List<ByteBuffer>> reader;

    /** @param cancelled called once the reader has gone before the end */
    AnswerBody(Runnable cancelled) {
        this.cancelled = cancelled;
    }

    void write(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (complete || broken || over) {
                return;
            }
            if (unreadBytes >= MOST_UNREAD) {
                broken = true;
                unread.clear();
            } else {
                unread.add(bytes);
                unreadBytes += bytes.length;
            }
        }
        drain();
    }

    /** What has been written is still delivered. */
    void complete() {
        synchronized (this) {
            complete = true;
        }
        drain();
    }

    /** As {@link #complete}, and the reader is told that something is missing. */
    void breakOff() {
        synchronized (this) {
            broken = true;
        }
        drain();
    }

    /** Whether nobody reads it any more. */
    boolean isOver() {
        return over;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> subscriber) {
        synchronized (this) {
            if (reader != null) {
                throw new IllegalStateException("A body is read once.");
            }
            reader = subscriber;
        }
        subscriber.onSubscribe(new Reading());
        drain();
    }

    private void drain() {
        if (calls.getAndIncrement() != 0) {
            return;
        }
        int seen = 1;
        do {
            while (step()) {
                // until there is nothing to say
            }
            seen = calls.addAndGet(-seen);
        } while (seen != 0);
    }

    /** @return whether something was said */
    private boolean step() {
        byte[] next;
        boolean failed;
        synchronized (this) {
            if (over || reader == null) {
                return false;
            }
            next = wanted > 0 ? unread.poll() : null;
            if (next != null) {
                wanted--;
                unreadBytes -= next.length;
            } else if (unread.isEmpty() && (complete || broken)) {
                over = true;
            } else {
                return false;
            }
            failed = broken;
        }
        if (next != null) {
            reader.onNext(List.of(ByteBuffer.wrap(next)));
        } else if (failed) {
            reader.onError(new IOException("The answer broke off."));
        } else {
            reader.onComplete();
        }
        return true;
    }

    private final class Reading implements Flow.Subscription {

        @Override
        public void request(long more) {
            synchronized (AnswerBody.this) {
                wanted = Math.max(wanted, wanted + more);
            }
            drain();
        }

        @Override
        public void cancel() {
            synchronized (AnswerBody.this) {
                if (over) {
                    return;
                }
                over = true;
                unread.clear();
            }
            cancelled.run();
        }
    }
}
