package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

class AnswerStreamTest {

    private final Client client = new Client();
    private final Backend backend = new Backend();
    private int ended;
    private final AnswerStream stream = new AnswerStream(client, backend, true, () -> ended++);

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
        AnswerStream json = new AnswerStream(client, backend, false, () -> ended++);
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
    void whatTheBackendSentBeforeItBrokeOffIsDelivered() {
        stream.onWritePossible();
        client.ready = false;
        backend.send("a\n");
        backend.subscriber.onError(new IOException());
        assertThat(ended).isZero();
        client.ready = true;
        stream.onWritePossible();
        assertThat(client.text).hasToString("a\n|");
        assertThat(ended).isEqualTo(1);
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
