package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AnswerStreamTest {

    private final Client client = new Client();
    private final Backend backend = new Backend();
    private int ended;
    private int brokenOff;
    private final AnswerStream stream = stream(true);

    @Test
    void eachPartIsFlushedBeforeTheNextIsAskedFor() {
        stream.onWritePossible();
        assertThat(backend.asked).isEqualTo(1);
        backend.send("a\n");
        assertThat(client.text).hasToString("a\n|");
        assertThat(backend.asked).isEqualTo(2);
    }

    @Test
    void nothingMoreIsAskedForWhileTheClientDoesNotRead() {
        stream.onWritePossible();
        client.ready = false;
        backend.send("a\n");
        assertThat(backend.asked).isEqualTo(1);
        assertThat(client.text).hasToString("");
        client.ready = true;
        stream.onWritePossible();
        assertThat(client.text).hasToString("a\n|");
        assertThat(backend.asked).isEqualTo(2);
    }

    @Test
    void aHeartbeatIsACommentLineAndNoMore() {
        stream.onWritePossible();
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString(":\n|");
    }

    @Test
    void aHeartbeatWaitsForTheEndOfALine() {
        stream.onWritePossible();
        backend.send("data: half");
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("data: half|");
        backend.send(" line\n");
        stream.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("data: half| line\n|:\n|");
    }

    @Test
    void aStreamThatIsNotSilentNeedsNoHeartbeat() {
        stream.onWritePossible();
        backend.send("a\n");
        stream.beatAfter(Duration.ofSeconds(15));
        assertThat(client.text).hasToString("a\n|");
    }

    @Test
    void aJsonAnswerGetsNoHeartbeat() {
        AnswerStream json = stream(false);
        json.onWritePossible();
        json.beatAfter(Duration.ZERO);
        assertThat(client.text).hasToString("");
    }

    @Test
    void theEndOfTheBackendEndsTheStreamOnce() {
        stream.onWritePossible();
        backend.send("a\n");
        backend.subscriber.onComplete();
        stream.stop();
        assertThat(ended).isEqualTo(1);
        assertThat(backend.cancelled).isFalse();
    }

    @Test
    void whatTheBackendSentBeforeItBrokeOffIsDeliveredButIsNotTheWhole() {
        stream.onWritePossible();
        client.ready = false;
        backend.send("a\n");
        backend.subscriber.onError(new IOException());
        assertThat(brokenOff).isZero();
        client.ready = true;
        stream.onWritePossible();
        assertThat(client.text).hasToString("a\n|");
        assertThat(brokenOff).isEqualTo(1);
        assertThat(ended).isZero();
    }

    @Test
    void aStreamThatWeStopHasNotBrokenOff() {
        stream.onWritePossible();
        stream.stop();
        backend.subscriber.onError(new IOException());
        assertThat(brokenOff).isZero();
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void aLineMayEndWithCarriageReturnAlone() {
        stream.onWritePossible();
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
            beating.onWritePossible();
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
        return new AnswerStream(client, backend, events, () -> ended++, failure -> brokenOff++);
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
    void aClientThatHasGoneCancelsTheBackend() {
        stream.onWritePossible();
        stream.onError(new IOException());
        assertThat(backend.cancelled).isTrue();
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void aFailedWriteCancelsTheBackend() {
        stream.onWritePossible();
        client.broken = true;
        backend.send("a\n");
        assertThat(backend.cancelled).isTrue();
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void aStreamThatIsStoppedBeforeItBeganStillGivesUpItsConnection() {
        stream.stop();
        assertThat(backend.cancelled).isTrue();
        assertThat(ended).isEqualTo(1);
    }

    @Test
    void aStalledReaderDoesNotHoldUpTheEnd() {
        stream.onWritePossible();
        client.ready = false;
        backend.send("a\n");
        stream.stop();
        assertThat(backend.cancelled).isTrue();
        assertThat(ended).isEqualTo(1);
    }

    /** Writes down what it gets, and a bar for each flush. */
    private static final class Client extends ServletOutputStream {

        private final StringBuilder text = new StringBuilder();
        private boolean ready = true;
        private boolean broken;

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

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
        }

        @Override
        public void cancel() {
            cancelled = true;
        }
    }
}
