package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.mcpproxy.web.BodyBudget;

class AnswerBodyTest {

    private static final int LONG = 500_000;

    private final BodyBudget memory = new BodyBudget(1_000_000, 1_000_000);
    private final AnswerBody body = new AnswerBody(memory.share("alice"), () -> {});
    private final SlowReader reader = new SlowReader();

    /** The attack: to have long answers begun, which are then held by whoever writes them to a client that reads nothing. */
    @Test
    void aMessageHoldsItsPartOfTheMemoryUntilItHasBeenTakenWhole() {
        assertThat(body.offer("x".repeat(LONG))).isTrue();
        body.subscribe(reader);

        reader.subscription.request(1);
        assertThat(reader.longest).isBetween(1, 16 * 1024);
        assertThat(memory.held()).isEqualTo(LONG);
        while (reader.bytes < LONG) {
            assertThat(memory.held()).isEqualTo(LONG);
            reader.subscription.request(1);
        }
        assertThat(memory.held()).as("its last part may lie with the reader").isEqualTo(LONG);
        reader.subscription.request(1);
        assertThat(memory.held()).isZero();
    }

    /** A long message takes its time to a client that reads all the while: what follows must not be lost for that. */
    @Test
    void aMessageThatIsBeingReadLeavesRoomForTheNext() {
        AnswerBody wide = new AnswerBody(new BodyBudget(8_000_000, 8_000_000).share("alice"), () -> {});
        wide.subscribe(reader);
        wide.write("x".repeat(2_000_000));
        reader.subscription.request(1);

        assertThat(wide.offer("the response")).isTrue();
        assertThat(wide.offer("y".repeat(2_000_000))).isTrue();
        assertThat(wide.offer("too much")).as("with nobody reading on").isFalse();
    }

    @Test
    void whatWasHandedOverInPartsIsWholeAndInOrder() {
        String first = "a".repeat(40_000);
        body.write(first);
        body.write("b");
        body.complete();
        body.subscribe(reader);

        reader.subscription.request(Long.MAX_VALUE);

        assertThat(reader.text).hasToString(first + "b");
        assertThat(reader.ended).isTrue();
        assertThat(memory.held()).isZero();
    }

    @Test
    void whoLeavesInTheMiddleOfAMessageGivesAllOfItBack() {
        body.write("x".repeat(LONG));
        body.subscribe(reader);
        reader.subscription.request(1);

        reader.subscription.cancel();

        assertThat(memory.held()).isZero();
        assertThat(memory.owners()).isZero();
    }

    /** Asks for nothing by itself. */
    private static final class SlowReader implements Flow.Subscriber<List<ByteBuffer>> {

        private final StringBuilder text = new StringBuilder();
        private Flow.Subscription subscription;
        private int bytes;
        private int longest;
        private boolean ended;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(List<ByteBuffer> parts) {
            for (ByteBuffer part : parts) {
                bytes += part.remaining();
                longest = Math.max(longest, part.remaining());
                while (part.hasRemaining()) {
                    text.append((char) part.get());
                }
            }
        }

        @Override
        public void onError(Throwable failure) {
            throw new AssertionError(failure);
        }

        @Override
        public void onComplete() {
            ended = true;
        }
    }
}
