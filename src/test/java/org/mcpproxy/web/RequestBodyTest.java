package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

class RequestBodyTest {

    private static final int LONGEST = 3000;
    private static final long UNKNOWN = -1;
    private static final Duration WITHIN = Duration.ofSeconds(15);

    private final BodyBudget budget = new BodyBudget(100_000, 50_000);
    private final Client client = new Client();
    private final RequestThreads threads = new AtOnce();
    private Runnable late;
    private byte[] whole;
    private Rejection refusal;

    @Test
    void aBodyOfAnyLengthWithinTheBoundIsReadAsItComes() throws IOException {
        for (int length : new int[] {0, 1, 1023, 1024, 1025, LONGEST}) {
            for (long announced : new long[] {UNKNOWN, length}) {
                Client sender = new Client();
                read(sender, announced);
                sender.send(length / 2);
                sender.send(length - length / 2);
                sender.end();
                assertThat(whole).hasSize(length);
            }
        }
        assertThat(refusal).isNull();
    }

    @Test
    void aBodyBeyondTheBoundIsRefusedWhetherItSaysSoOrNot() throws IOException {
        read(client, LONGEST + 1);
        assertThat(refusal.reason()).isEqualTo(Reason.REQUEST_TOO_LARGE);
        client.send(LONGEST + 1);
        assertThat(client.unread()).as("of a client that goes on sending").isZero();
        assertThat(budget.held()).isZero();
        refusal = null;

        read(client, UNKNOWN);
        client.send(LONGEST);
        assertThat(refusal).isNull();
        client.send(1);
        assertThat(refusal.reason()).isEqualTo(Reason.REQUEST_TOO_LARGE);
    }

    @Test
    void memoryIsTakenAsBytesComeAndNotForALengthThatIsOnlyAnnounced() throws IOException {
        read(client, LONGEST);
        assertThat(budget.held()).isZero();
        client.send(1);
        assertThat(budget.held()).isPositive().isLessThanOrEqualTo(1024);
        client.send(LONGEST - 1);
        assertThat(budget.held()).isEqualTo(LONGEST);
    }

    @Test
    void aBodyForWhichThereIsNoMemoryIsRefusedForTheTimeBeing() throws IOException {
        budget.share("alice").take(47_500);
        read(client, UNKNOWN);
        client.send(1500);
        assertThat(refusal).isNull();
        client.send(1000);
        assertThat(refusal.reason()).isEqualTo(Reason.SERVER_FULL);
        assertThat(refusal.retryAfter()).isPresent();
    }

    @Test
    void whatComesAfterARefusalIsThrownAwayAndNotAnswered() throws IOException {
        read(client, UNKNOWN);
        client.send(10);
        late.run();
        assertThat(refusal.reason()).isEqualTo(Reason.REQUEST_INCOMPLETE);
        refusal = null;

        client.send(2_000);
        assertThat(client.unread()).isZero();
        client.end();

        assertThat(refusal).isNull();
        assertThat(whole).isNull();
        assertThat(budget.held()).isLessThanOrEqualTo(1024);
    }

    private void read(Client sender, long announced) throws IOException {
        whole = null;
        RequestBody.read(
                sender.request(announced),
                new RequestBody.Bounds(LONGEST, budget.share("alice"), WITHIN),
                threads,
                new LingeringClose(null, threads, () -> {}),
                body -> whole = body,
                rejection -> refusal = rejection);
    }

    private final class AtOnce extends RequestThreads {

        @Override
        public boolean run(Runnable work) {
            work.run();
            return true;
        }

        @Override
        public Future<?> after(Duration delay, Runnable work) {
            assertThat(delay).isEqualTo(WITHIN);
            late = work;
            return new CompletableFuture<>();
        }
    }

    /** A client's stream, from which no more can be read than it sent. */
    private static final class Client extends ServletInputStream {

        private ReadListener listener;
        private ByteArrayInputStream sent = new ByteArrayInputStream(new byte[0]);

        ServletRequest request(long announced) {
            return (ServletRequest) Proxy.newProxyInstance(
                    Client.class.getClassLoader(),
                    new Class<?>[] {ServletRequest.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "getContentLengthLong" -> announced;
                        case "getInputStream" -> this;
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        void send(int bytes) throws IOException {
            sent = new ByteArrayInputStream(new byte[bytes]);
            listener.onDataAvailable();
        }

        int unread() {
            return sent.available();
        }

        void end() throws IOException {
            listener.onAllDataRead();
        }

        @Override
        public int read() {
            return sent.read();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            return sent.read(buffer, offset, length);
        }

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return sent.available() > 0;
        }

        @Override
        public void setReadListener(ReadListener given) {
            listener = given;
        }
    }
}
