package org.mcpproxy.bridge;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.web.BodyBudget;

/**
 * The body of an answer that is written bit by bit, for one subscriber. A server's messages do not wait for their reader:
 * where a reader leaves too much lying, the body breaks off.
 */
final class AnswerBody implements Flow.Publisher<List<ByteBuffer>> {

    /** In bytes, of messages with which nobody has begun. What comes when there is less is still taken, however long. */
    private static final int MOST_UNREAD = 1024 * 1024;

    /** In bytes, of what is handed over at a time: who takes it keeps it until its client has read it. */
    private static final int PART = 16 * 1024;

    private final BodyBudget.Share room;
    private final Runnable cancelled;
    private final AtomicInteger calls = new AtomicInteger();
    private final Queue<byte[]> unread = new ArrayDeque<>();
    private int unreadBytes;
    /** How much of the first message has been handed over, in bytes. */
    private int begun;
    /** Of messages that have been handed over whole, whose last part may still be lying with the reader; in bytes. */
    private int handedOver;

    private long wanted;
    private boolean complete;
    private Rejection broken;
    private volatile boolean over;
    private Flow.Subscriber<? super List<ByteBuffer>> reader;

    /**
     * @param room for what has not been read
     * @param cancelled called once the reader has gone before the end, or left too much lying
     */
    AnswerBody(BodyBudget.Share room, Runnable cancelled) {
        this.room = room;
        this.cancelled = cancelled;
    }

    /** One that has nothing to say. */
    static AnswerBody empty() {
        AnswerBody none = new AnswerBody(new BodyBudget(0, 0).share(""), () -> {});
        none.complete();
        return none;
    }

    /** @return false where there is no room for it; what nobody will read needs none */
    boolean offer(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (complete || broken != null || over) {
                return true;
            }
            if (unreadBytes >= MOST_UNREAD || !room.take(bytes.length)) {
                return false;
            }
            unread.add(bytes);
            unreadBytes += bytes.length;
        }
        drain();
        return true;
    }

    /** As {@link #offer}, of what another queue of the same owner has held until now: it needs no more room here. */
    void adopt(String text, BodyBudget.Share from) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            if (complete || broken != null || over) {
                from.give(bytes.length);
                return;
            }
            from.moveTo(room, bytes.length);
            unread.add(bytes);
            unreadBytes += bytes.length;
        }
        drain();
    }

    /** Breaks off where there is no room for it. */
    void write(String text) {
        if (!offer(text)) {
            overflow();
        }
    }

    /** Breaks off, without what has not been read yet: its reader has left too much lying. */
    void overflow() {
        synchronized (this) {
            if (complete || broken != null || over) {
                return;
            }
            broken = Rejection.of(Reason.ANSWER_UNREAD);
            forget();
        }
        drain();
        cancelled.run();
    }

    /** What has been written is still delivered. */
    void complete() {
        synchronized (this) {
            complete = true;
        }
        drain();
    }

    /** As {@link #complete}, and the reader is told that something is missing. */
    void breakOff(Rejection why) {
        synchronized (this) {
            if (broken == null) {
                broken = why;
            }
        }
        drain();
    }

    /** Nobody will ever read it. */
    synchronized void abandon() {
        over = true;
        forget();
    }

    private void forget() {
        unread.clear();
        begun = 0;
        room.close();
    }

    /** What there is for a reader who asks for more, and so has taken what was handed over before; null for nothing. */
    private ByteBuffer nextPart() {
        room.give(handedOver);
        handedOver = 0;
        byte[] first = unread.peek();
        if (first == null) {
            return null;
        }
        if (begun == 0) {
            unreadBytes -= first.length;
        }
        int length = Math.min(PART, first.length - begun);
        ByteBuffer part = ByteBuffer.wrap(first, begun, length).slice();
        begun += length;
        if (begun == first.length) {
            unread.remove();
            begun = 0;
            handedOver = first.length;
        }
        return part;
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
        ByteBuffer next;
        Rejection failure;
        synchronized (this) {
            if (over || reader == null) {
                return false;
            }
            next = wanted > 0 ? nextPart() : null;
            if (next != null) {
                wanted--;
            } else if (unread.isEmpty() && (complete || broken != null)) {
                over = true;
                room.close();
            } else {
                return false;
            }
            failure = broken;
        }
        if (next != null) {
            reader.onNext(List.of(next));
        } else if (failure != null) {
            reader.onError(failure);
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
                abandon();
            }
            cancelled.run();
        }
    }
}
