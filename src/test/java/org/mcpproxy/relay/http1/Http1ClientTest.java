package org.mcpproxy.relay.http1;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.relay.http1.Outcomes.SOON;
import static org.mcpproxy.relay.http1.Outcomes.awaited;
import static org.mcpproxy.relay.http1.Outcomes.reason;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.WholeBody;
import org.mcpproxy.system.Waiting;

/** A backend, or who sits on the way to it, tries to have its bytes taken for another answer than they are. */
class Http1ClientTest {

    /** In bytes: more than lies between a client and a server that does not read. */
    private static final int LARGE = 32 * 1024 * 1024;

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    private final Http1Client client = new Http1Client();
    private final BackendClient sender = client.connectingWithin(Duration.ofSeconds(5));
    private ScriptedServer server;

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
        client.close();
    }

    @Test
    void aShortAnswerOnAConnectionThatIsOpenNeedsNoOtherThread() throws Exception {
        ScriptedServer.Peer peer = firstExchange();

        Thread answering = new Thread(() -> unchecked(() -> {
            peer.request();
            peer.send(OK);
        }));
        answering.start();
        Optional<BackendClient.Answer> soon = retriedSoon(peer, send());

        assertThat(soon).get().satisfies(answer -> assertThat(whole(answer)).isEqualTo("hello"));
        answering.join();
    }

    /** A busy machine may take longer than a moment for a thread to answer; then the answer comes the other way. */
    private Optional<BackendClient.Answer> retriedSoon(ScriptedServer.Peer peer, BackendClient.Call first)
            throws Exception {
        Optional<BackendClient.Answer> soon = first.soon();
        for (int i = 0; i < 20 && soon.isEmpty(); i++) {
            awaited(first.answer());
            BackendClient.Call next = send();
            peer.request();
            peer.send(OK);
            soon = next.soon();
            first = next;
        }
        return soon;
    }

    @Test
    void noThreadWaitsLongerThanAMoment() throws Exception {
        ScriptedServer.Peer peer = firstExchange();

        BackendClient.Call call = send();
        long begin = System.nanoTime();
        assertThat(call.soon()).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(2));

        CompletionStage<BackendClient.Answer> later = call.answer();
        peer.request();
        peer.send(OK);
        assertThat(text(awaited(later))).isEqualTo("hello");
    }

    @Test
    void onlySoManyThreadsWaitAtOnce() {
        for (ByteBuffer each = client.patience().begin();
                each != null;
                each = client.patience().begin()) {
            assertThat(each.capacity()).isPositive();
        }
        assertThat(client.patience().begin()).isNull();
    }

    @Test
    void aRequestIsSentOnceItIsWrittenWholeAndNotBefore() throws Exception {
        ScriptedServer.Peer open = firstExchange();
        isSentOnceRead(send(new byte[LARGE]), open);

        isSentOnceRead(send(new byte[LARGE]), server.next());
    }

    private static void isSentOnceRead(BackendClient.Call call, ScriptedServer.Peer peer) throws IOException {
        call.answer();
        assertThat(call.sent().toCompletableFuture()).isNotDone();
        peer.request();
        assertThat(call.sent().toCompletableFuture()).succeedsWithin(SOON);
    }

    @Test
    void theConnectionOfAWholeAnswerServesTheNext() throws Exception {
        ScriptedServer.Peer peer = firstExchange();

        CompletionStage<BackendClient.Answer> answer = send().answer();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
        assertThat(text(awaited(answer))).isEqualTo("hello");
    }

    @Test
    void anAnswerMayComeByteByByte() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        for (char each :
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x=y\r\n!\r\n0\r\nT: x\r\n\r\n"
                        .toCharArray()) {
            peer.send(String.valueOf(each));
        }
        assertThat(text(awaited(answer))).isEqualTo("hello!");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
                "HTTP/1.1 200 OK\r\nX: a\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nX: a\rContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nContent-Length : 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
                "HTTP/1.1 200 OK\r\n: no name\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nhello",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/2.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.2 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/0.9 200 OK\r\n\r\nhello",
                "hello",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nhello",
            })
    void whatCouldBeReadInTwoWaysIsRefusedAndItsConnectionClosed(String answer) throws Exception {
        CompletionStage<BackendClient.Answer> refused = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(answer);
        peer.socket().shutdownOutput();

        assertThat(reason(refused)).isIn(Reason.BACKEND_ANSWER_INVALID, Reason.BACKEND_UNAVAILABLE);
        assertThat(peer.isClosedByClient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5\nhello\n0\n\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5 \r\nhello",
                "g\r\nhello",
                "fffffffffffffffff\r\nhello",
                "5\r\nhel",
                "5\r\nhello\r\n",
                "5\r\nhello\r\n0\r\n",
            })
    void chunksThatAreNoneAreNoWholeBody(String body) throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
        peer.socket().shutdownOutput();

        assertThatThrownBy(() -> text(awaited(answer))).isInstanceOf(AssertionError.class);
        assertThat(peer.isClosedByClient()).isTrue();
    }

    @Test
    void aHeadWithoutEndIsGivenUp() throws Exception {
        CompletionStage<BackendClient.Answer> refused = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nX: " + "x".repeat(40_000));

        assertThat(reason(refused)).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
    }

    @Test
    void interimAnswersAreNotTheAnswer() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\nContent-Length: 9\r\n\r\n" + OK);

        BackendClient.Answer whole = awaited(answer);
        assertThat(whole.status()).isEqualTo(200);
        assertThat(Header.values(whole.headers(), "Link")).isEmpty();
        assertThat(text(whole)).isEqualTo("hello");
    }

    @Test
    void interimAnswersWithoutEndAreGivenUp() throws Exception {
        CompletionStage<BackendClient.Answer> refused = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 103 Early Hints\r\n\r\n".repeat(100));

        assertThat(reason(refused)).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
    }

    /** RFC 9112 6.3: whatever their headers say. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "204 No Content\r\nContent-Length: 5",
                "304 Not Modified\r\nContent-Length: 5",
                "204 No Content\r\nTransfer-Encoding: chunked"
            })
    void whatHasNoBodyHasNone(String head) throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 " + head + "\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

        assertThat(text(awaited(answer))).isEmpty();
        // what followed is nobody's answer
        assertThat(peer.isClosedByClient()).isTrue();
    }

    @Test
    void whatIsSentAfterAnAnswerIsNotTheNext() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(OK + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");

        assertThat(text(awaited(answer))).isEqualTo("hello");
        assertThat(peer.isClosedByClient()).isTrue();
    }

    @Test
    void whatIsSentOnAnIdleConnectionIsNotTheNextAnswer() throws Exception {
        ScriptedServer.Peer peer = firstExchange();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison");
        TimeUnit.MILLISECONDS.sleep(100);

        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer other = server.next();
        other.request();
        other.send(OK);
        assertThat(text(awaited(answer))).isEqualTo("hello");
        assertThat(peer.isClosedByClient()).isTrue();
    }

    @Test
    void aConnectionThatTheBackendClosedIsNotUsed() throws Exception {
        firstExchange().close();
        TimeUnit.MILLISECONDS.sleep(100);

        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer other = server.next();
        other.request();
        other.send(OK);
        assertThat(text(awaited(answer))).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello"
            })
    void aConnectionThatIsToEndServesNoOther(String text) throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(text);

        assertThat(text(awaited(answer))).isEqualTo("hello");
        assertThat(peer.isClosedByClient()).isTrue();
    }

    /** The backend may have done what it was asked. */
    @Test
    void aRequestWhoseConnectionBreaksIsNotSentAgain() throws Exception {
        ScriptedServer.Peer peer = firstExchange();
        CompletionStage<BackendClient.Answer> answer = send().answer();
        peer.request();
        peer.reset();

        assertThat(reason(answer)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        CompletionStage<BackendClient.Answer> next = send().answer();
        ScriptedServer.Peer other = server.next();
        assertThat(other.request()).contains("\"n\":3");
        other.send(OK);
        assertThat(text(awaited(next))).isEqualTo("hello");
    }

    @Test
    void anAnswerThatComesBeforeTheRequestIsWholeIsRelayedAndTheConnectionEnds() throws Exception {
        CompletionStage<BackendClient.Answer> answer =
                send(new byte[16 * 1024 * 1024]).answer();
        ScriptedServer.Peer peer = server.next();
        peer.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nhello");

        BackendClient.Answer early = awaited(answer);
        assertThat(early.status()).isEqualTo(413);
        assertThat(text(early)).isEqualTo("hello");
        CompletionStage<BackendClient.Answer> next = send().answer();
        ScriptedServer.Peer other = server.next();
        other.request();
        other.send(OK);
        assertThat(text(awaited(next))).isEqualTo("hello");
    }

    @Test
    void aBodyThatIsCutOffIsNotWhole() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello");
        BackendClient.Answer begun = awaited(answer);
        Reader reader = new Reader();
        begun.body().subscribe(reader);
        peer.close();

        assertThat(reader.next()).isEqualTo("hello");
        assertThat(reader.next()).isEqualTo("failed");
    }

    @Test
    void nothingIsReadThatNobodyAskedFor() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
        BackendClient.Answer begun = awaited(answer);
        Idle idle = new Idle();
        begun.body().subscribe(idle);
        Thread flood = new Thread(() -> unchecked(() -> {
            while (true) {
                peer.send("data: x\n\n".repeat(1000));
            }
        }));
        flood.setDaemon(true);
        flood.start();

        // it comes to a halt where the backend's own buffers are full
        Waiting.until("the flood waits", SOON, () -> isInWrite(flood) && isInWriteStill(flood));
        assertThat(idle.received).isZero();
        idle.subscription.cancel();
        flood.join(SOON.toMillis());
        assertThat(flood.isAlive()).isFalse();
    }

    private static boolean isInWrite(Thread thread) {
        return List.of(thread.getStackTrace()).stream()
                .anyMatch(frame -> frame.getMethodName().contains("park")
                        || frame.getMethodName().equals("poll"));
    }

    private static boolean isInWriteStill(Thread thread) {
        for (int i = 0; i < 20; i++) {
            if (!isInWrite(thread)) {
                return false;
            }
            java.util.concurrent.locks.LockSupport.parkNanos(10_000_000);
        }
        return true;
    }

    @Test
    void whoGivesUpClosesTheConnection() throws Exception {
        BackendClient.Call call = send();
        call.answer();
        ScriptedServer.Peer peer = server.next();
        peer.request();
        call.cancel();

        assertThat(peer.isClosedByClient()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X: a\r\nEvil: b",
                "X: a\nEvil: b",
                "X: a\0",
                "X: \u4e2d",
                "X Y: a",
                ": a",
                "Transfer-Encoding: chunked",
                "Content-Length: 3",
                "Connection: keep-alive",
                "Host: other",
                "Expect: 100-continue",
            })
    void aHeaderThatWouldMakeAnotherRequestIsNotSent(String line) {
        String[] parts = line.split(": ", 2);
        List<Header> headers = List.of(new Header(parts[0], parts[1]));

        assertThatThrownBy(() -> sender.send("POST", server.url(), headers, new byte[0]))
                .isInstanceOfSatisfying(
                        Rejection.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED_REQUEST));
    }

    @Test
    void whereNobodyListensTheBackendIsUnavailable() throws Exception {
        URI url = server.url();
        server.close();

        assertThat(reason(sender.send("POST", url, List.of(), new byte[0]).answer()))
                .isEqualTo(Reason.BACKEND_UNAVAILABLE);
        assertThat(reason(sender.send("GET", URI.create("http://none.invalid/mcp"), List.of(), new byte[0])
                        .answer()))
                .isEqualTo(Reason.BACKEND_UNAVAILABLE);
    }

    private int sent;

    private BackendClient.Call send() {
        sent++;
        return send(("{\"n\":" + sent + "}").getBytes(StandardCharsets.UTF_8));
    }

    private BackendClient.Call send(byte[] body) {
        return sender.send("POST", server.url(), List.of(new Header("Accept", "*/*")), body);
    }

    /** A connection that has carried one exchange and is idle. */
    private ScriptedServer.Peer firstExchange() throws Exception {
        CompletionStage<BackendClient.Answer> answer = send().answer();
        ScriptedServer.Peer peer = server.next();
        assertThat(peer.request()).contains("Content-Length: 7\r\n").endsWith("{\"n\":1}");
        peer.send(OK);
        assertThat(text(awaited(answer))).isEqualTo("hello");
        return peer;
    }

    private static String whole(BackendClient.Answer answer) {
        assertThat(answer.body()).isInstanceOf(WholeBody.class);
        return text(answer);
    }

    /** The whole body; fails where it does not end as it should. */
    private static String text(BackendClient.Answer answer) {
        Reader reader = new Reader();
        answer.body().subscribe(reader);
        StringBuilder text = new StringBuilder();
        for (String next = reader.next(); !next.equals("done"); next = reader.next()) {
            assertThat(next).isNotEqualTo("failed");
            text.append(next);
        }
        return text.toString();
    }

    private static void unchecked(Action action) {
        try {
            action.run();
        } catch (IOException e) {
            // the connection was closed, as the test wants it
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private static final class Reader implements Flow.Subscriber<List<ByteBuffer>> {

        private final BlockingQueue<String> come = new LinkedBlockingQueue<>();

        String next() {
            try {
                String next = come.poll(SOON.toSeconds(), TimeUnit.SECONDS);
                if (next == null) {
                    throw new AssertionError("Nothing comes");
                }
                return next;
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            buffers.forEach(buffer ->
                    come.add(StandardCharsets.ISO_8859_1.decode(buffer).toString()));
        }

        @Override
        public void onError(Throwable failure) {
            come.add("failed");
        }

        @Override
        public void onComplete() {
            come.add("done");
        }
    }

    private static final class Idle implements Flow.Subscriber<List<ByteBuffer>> {

        private volatile Flow.Subscription subscription;
        private volatile int received;

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            received = 1;
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }
}
