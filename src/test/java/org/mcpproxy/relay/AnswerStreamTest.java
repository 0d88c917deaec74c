package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerStreamTest {

    /** Whatever the time is, more has passed. */
    private static final Duration LESS_THAN_NONE = Duration.ofNanos(-1);

    private static final Duration AN_HOUR = Duration.ofHours(1);

    private final Client client = new Client();
    private final Backend backend = new Backend();
    private final AnswerStream stream = stream(true);

    @Test
    void theHeadIsFlushedBeforeAnythingIsAskedFor() {
        stream.start();
        assertThat(client.heads).isEqualTo(1);
        assertThat(client.text).hasToString("");
        backend.send("a\n");
        assertThat(client.heads).isEqualTo(1);
    }

    /** The attack: not to read. The threads that bring parts, and the clock, have others to serve. */
    @Test
    void nothingIsWrittenByWhoeverCallsIn() {
        List<Runnable> writing = new ArrayList<>();
        AnswerStream left = stream(true, writing::add);
        left.start();
        left.beatAfter(Duration.ZERO);
        assertThat(client.heads).isZero();
        assertThat(writing).hasSize(1);
        writing.remove(0).run();
        backend.send("a\n");
        left.beatAfter(Duration.ZERO);
        left.stop();
        assertThat(client.text).hasToString(":\n|");
        assertThat(writing).hasSize(1);
    }

    /** The attack: a backend that always has more, read slowly. Others of the same user get their turns. */
    @Test
    void onePartIsWrittenInOneTurn() {
        List<Runnable> writing = new ArrayList<>();
        AnswerStream eager = stream(true, writing::add);
        backend.always = "a\n";
        eager.start();
        while (client.text.length() == 0) {
            writing.remove(0).run();
        }
        assertThat(client.text).hasToString("a\n|");
        writing.remove(0).run();
        assertThat(client.text).hasToString("a\n|a\n|");
    }

    @Test
    void eachPartIsFlushedBeforeTheNextIsAskedFor() {
        stream.start();
        assertThat(backend.asked).isEqualTo(1);
        backend.send("a\n");
        assertThat(client.text).hasToString("a\n|");
        assertThat(backend.asked).isEqualTo(2);
    }

    @Test
    void nothingMoreIsAskedForWhileTheClientDoesNotRead() {
        stream.start();
        client.meanwhile = () -> assertThat(backend.asked).isEqualTo(1);
        backend.send("a\n");
        assertThat(client.text).hasToString("a\n|");
        assertThat(backend.asked).isEqualTo(2);
    }

    @Test
    void aHeartbeatIsACommentLineAndNoMore() {
        stream.start();
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString(":\n|");
    }

    @Test
    void aHeartbeatWaitsForTheEndOfALine() {
        stream.start();
        backend.send("data: half");
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("data: half|");
        backend.send(" line\n");
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("data: half| line\n|:\n|");
    }

    @Test
    void aStreamThatIsNotSilentNeedsNoHeartbeat() {
        stream.start();
        backend.send("a\n");
        stream.beatAfter(Duration.ofSeconds(15));
        assertThat(client.text).hasToString("a\n|");
    }

    @Test
    void aJsonAnswerGetsNoHeartbeat() {
        AnswerStream json = stream(false);
        json.start();
        json.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("");
    }

    @Test
    void theEndOfTheBackendEndsTheStreamOnce() {
        stream.start();
        backend.send("a\n");
        backend.subscriber.onComplete();
        stream.stop();
        assertThat(client.ended).isEqualTo(1);
        assertThat(backend.cancelled).isFalse();
    }

    @Test
    void whatTheBackendSentBeforeItBrokeOffIsDeliveredButIsNotTheWhole() {
        stream.start();
        client.meanwhile = () -> {
            backend.subscriber.onError(new IOException());
            assertThat(client.brokenOff).isZero();
        };
        backend.send("a\n");
        assertThat(client.text).hasToString("a\n|");
        assertThat(client.brokenOff).isEqualTo(1);
        assertThat(client.ended).isZero();
    }

    @Test
    void aStreamThatWeStopHasNotBrokenOff() {
        stream.start();
        stream.stop();
        backend.subscriber.onError(new IOException());
        assertThat(client.brokenOff).isZero();
        assertThat(client.stopped).isEqualTo(1);
    }

    @Test
    void aLineMayEndWithCarriageReturnAlone() {
        stream.start();
        backend.send("data: 1\r\r");
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("data: 1\r\r|:\r|");
    }

    /** Whatever was sent last, and however the rest comes: a client sees the same events. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "data: 1\n\ndata: 2\ndata: 3\n\n",
                "data: 1\r\n\r\nid: 7\r\ndata: 2\r\ndata: 3\r\n\r\n",
                "data: 1\r\rdata: 2\rdata: 3\r\r",
                ": c\r\ndata: 1\r\n\ndata: 2\n\r\ndata\r\r\n\n\rdata: 3\r\n\r",
            })
    void heartbeatsAtEveryByteMakeNoOtherEvents(String events) {
        for (int beats = 1; beats <= 2; beats++) {
            client.text.setLength(0);
            AnswerStream beating = stream(true);
            beating.start();
            for (String one : events.split("")) {
                backend.send(one);
                for (int beat = 0; beat < beats; beat++) {
                    beating.beatAfter(Duration.ZERO);
                }
            }
            String written = client.text.toString().replace("|", "");
            assertThat(written).hasSizeGreaterThan(events.length());
            assertThat(dispatched(written)).isEqualTo(dispatched(events));
        }
    }

    private AnswerStream stream(boolean events) {
        return stream(events, Runnable::run);
    }

    private AnswerStream stream(boolean events, Executor writers) {
        return new AnswerStream(writers, client, backend, events);
    }

    /** The fields of each event, as the grammar has it (HTML, Server-sent events, 9.2.5); comments are nothing. */
    private static List<List<String>> dispatched(String stream) {
        List<List<String>> events = new ArrayList<>();
        List<String> fields = new ArrayList<>();
        for (String line : stream.split("\r\n|\n|\r", -1)) {
            if (line.isEmpty()) {
                events.add(List.copyOf(fields));
                fields.clear();
            } else if (!line.startsWith(":")) {
                fields.add(line);
            }
        }
        return events;
    }

    @Test
    void aFailedWriteCancelsTheBackend() {
        stream.start();
        client.broken = true;
        backend.send("a\n");
        assertThat(backend.cancelled).isTrue();
        assertThat(client.ended).isEqualTo(1);
    }

    /** What has come must not look whole. */
    @Test
    void aFailureOfOursBreaksTheAnswerOff() {
        stream.start();
        client.meanwhile = () -> {
            throw new IllegalStateException();
        };
        backend.send("a\n");
        assertThat(backend.cancelled).isTrue();
        assertThat(client.brokenOff).isEqualTo(1);
        assertThat(client.ended).isZero();
    }

    @Test
    void aStreamThatIsStoppedBeforeItBeganStillGivesUpItsConnection() {
        stream.stop();
        assertThat(backend.cancelled).isTrue();
        assertThat(client.stopped).isEqualTo(1);
    }

    /** The attack: not to read as many streams as one holder may write at once, and to cancel another. */
    @Test
    void theBackendHearsThatItIsStoppedBeforeAThreadIsFreeToWrite() {
        AnswerStream left = stream(true, later -> {});
        left.start();
        left.stop();
        assertThat(backend.cancelled).isTrue();
    }

    @Test
    void aStalledReaderDoesNotHoldUpTheEndOfTheBackend() {
        stream.start();
        client.meanwhile = () -> {
            stream.stop();
            assertThat(backend.cancelled).isTrue();
            assertThat(client.stopped).isZero();
        };
        backend.send("a\n");
        assertThat(client.stopped).isEqualTo(1);
    }

    /** The attack: to read a trickle, whose rights have ended. The container waits for each write, however little is taken. */
    @Test
    void nothingMoreIsWrittenOfALongPartOnceItIsStopped() {
        stream.start();
        client.meanwhile = () -> {
            if (client.text.length() > 0) {
                stream.stop();
            }
        };
        backend.send("x".repeat(100_000));
        assertThat(client.text).hasSize(16 * 1024);
        assertThat(client.stopped).isEqualTo(1);
    }

    @Test
    void aLongPartIsWrittenWhole() {
        stream.start();
        String part = "0123456789".repeat(10_000);
        backend.send(part);
        assertThat(client.text).hasToString(part + "|");
    }

    @Test
    void aBackendThatIsDoneIsAskedForNoMore() {
        stream.start();
        client.meanwhile = () -> {
            backend.subscriber.onComplete();
            stream.stop();
        };
        backend.send("x".repeat(10_000));
        assertThat(backend.asked).isEqualTo(1);
    }

    @Test
    void itIsOverdueWhereItIsSilentOrTakesTooLong() {
        assertThat(stream.isOverdue(LESS_THAN_NONE, AN_HOUR)).isTrue();
        assertThat(stream.isOverdue(AN_HOUR, LESS_THAN_NONE)).isTrue();
        assertThat(stream.isOverdue(AN_HOUR, AN_HOUR)).isFalse();
    }

    /** The attack: not to read the end of a stream, which the audit would tell of at every tick. */
    @Test
    void whatIsStoppedIsNotOverdueAnyMore() {
        AnswerStream left = stream(true, work -> {});
        left.start();
        left.stop();
        assertThat(left.isStopped()).isTrue();
        assertThat(left.isOverdue(LESS_THAN_NONE, LESS_THAN_NONE)).isFalse();
    }

    /** Writes down what it gets, and a bar for each flush. */
    private static final class Client extends OutputStream implements AnswerStream.Client {

        private final StringBuilder text = new StringBuilder();
        /** Happens while it lets a write wait. */
        private Runnable meanwhile = () -> {};

        private int heads;
        private int ended;
        private int stopped;
        private int brokenOff;
        private boolean broken;

        @Override
        public OutputStream open() {
            heads++;
            return this;
        }

        @Override
        public void ended() {
            ended++;
        }

        @Override
        public void stopped() {
            stopped++;
        }

        @Override
        public void brokeOff(Throwable failure) {
            brokenOff++;
        }

        @Override
        public void write(int one) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void write(byte[] bytes) throws IOException {
            write(bytes, 0, bytes.length);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            if (broken) {
                throw new IOException("broken pipe");
            }
            meanwhile.run();
            text.append(new String(bytes, offset, length, StandardCharsets.UTF_8));
        }

        @Override
        public void flush() {
            text.append('|');
        }
    }

    private static final class Backend implements Flow.Publisher<List<ByteBuffer>>, Flow.Subscription {

        private Flow.Subscriber<? super List<ByteBuffer>> subscriber;
        private long asked;
        private String always;
        private boolean cancelled;

        void send(String text) {
            subscriber.onNext(List.of(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
        }

        @Override
        public void subscribe(Flow.Subscriber<? super List<ByteBuffer>> given) {
            subscriber = given;
            given.onSubscribe(this);
        }

        @Override
        public void request(long count) {
            asked += count;
            if (always != null) {
                send(always);
            }
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
