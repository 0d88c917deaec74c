package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http2.ErrorCode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.BackendTransport.HttpVersion;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.http2.ClientThreads;
import org.mcpproxy.relay.http2.NegotiatingClient;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;

/** A backend over HTTP/2 that refuses, goes away, breaks off and floods: what it does to one stream is no other's. */
class Http2FramesTest {

    private static final Duration SOON = Duration.ofSeconds(20);
    private static final int STREAMS = 5;
    private static final int WINDOW = 65_535;
    private static final int PART = 16 * 1024;

    /** What their windows let through would fill the connection's own several times. */
    private static final int UNREAD = 60;

    private FrameBackend backend;
    private ClientThreads threads;
    private NegotiatingClient clients;
    private BackendClient client;

    @BeforeEach
    void start() throws Exception {
        backend = new FrameBackend(STREAMS);
        threads = new ClientThreads(1, new BodyBudget(8_000_000, 8_000_000));
        clients = new NegotiatingClient(
                RelayLimits.standard(),
                new BackendTransport(Optional.empty()).with(HttpVersion.HTTP_2),
                threads,
                Clock.systemUTC());
        client = clients.of("ada");
    }

    @AfterEach
    void stop() throws Exception {
        clients.close();
        threads.close();
        backend.close();
        Waiting.until(
                "no thread is left",
                SOON,
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().startsWith("relay-tls")));
    }

    @Test
    void aRequestSaysNoMoreThanItIsGiven() throws Exception {
        client.send("POST", backend.url(), List.of(new Header("X-A", "b"), new Header("Te-St", "c")), new byte[3]);
        FrameBackend.Received received = backend.next();

        assertThat(received.head.getMethod()).isEqualTo("POST");
        assertThat(received.head.getHttpURI().getAuthority())
                .isEqualTo(backend.url().getAuthority());
        assertThat(received.head.getHttpURI().getPathQuery()).isEqualTo("/mcp?a=b");
        assertThat(received.head.getHttpFields().stream().map(HttpField::getLowerCaseName))
                .containsExactlyInAnyOrder("x-a", "te-st", "content-length");
    }

    @Test
    void whatItAnswersComesAsItIs() throws Exception {
        BackendClient.Call call = get();
        backend.next()
                .head(401, "www-authenticate", "Basic realm=\"a\"", "content-encoding", "gzip", "set-cookie", "a=b")
                .last("not gzip");
        assertThat(answer(call).status()).isEqualTo(401);
        assertThat(text(answer(call))).isEqualTo("not gzip");

        BackendClient.Call redirected = get();
        FrameBackend.Received second = backend.next();
        assertThat(second.head.getHttpFields().contains("cookie")).isFalse();
        second.head(302, "location", "/other").last("");
        assertThat(answer(redirected).status()).isEqualTo(302);
        assertThat(backend.waiting()).isZero();
    }

    @Test
    void interimAnswersAreNone() throws Exception {
        BackendClient.Call call = get();
        backend.next().head(103, "link", "a").head(100).head(200).last("whole");

        assertThat(answer(call).status()).isEqualTo(200);
        assertThat(text(answer(call))).isEqualTo("whole");
    }

    @Test
    void interimAnswersWithoutEndAreRefused() throws Exception {
        BackendClient.Call call = get();
        FrameBackend.Received received = backend.next();
        try {
            for (int i = 0; i < 20; i++) {
                received.head(103);
            }
        } catch (CompletionException e) {
            // the client has had enough before the last
        }
        assertThat(reason(call)).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
    }

    /** The attack: one user reads nothing of many answers, each of them longer than any window. */
    @Test
    void answersThatNobodyReadsStallNoOther() throws Exception {
        try (FrameBackend roomy = new FrameBackend(100)) {
            List<FrameBackend.Received> unread = new ArrayList<>();
            for (int i = 0; i < UNREAD; i++) {
                BackendClient.Call call = get(roomy);
                FrameBackend.Received received = roomy.next().head(200);
                flood(received);
                answer(call).body().subscribe(new Events(0));
                unread.add(received);
            }
            for (FrameBackend.Received received : unread) {
                Waiting.until("as much as its window lets", SOON, () -> received.parts.get() == WINDOW / PART);
            }
            for (int i = 0; i < 3; i++) {
                BackendClient.Call call = get(roomy);
                roomy.next().head(200).last("x".repeat(WINDOW));
                assertThat(text(answer(call))).hasSize(WINDOW);
            }
            assertThat(roomy.sessions).hasSize(1);
            assertThat(unread).allMatch(received -> received.parts.get() == WINDOW / PART);
        }
    }

    @Test
    void aReaderHoldsNoMoreThanAWindowAndGetsAllInTheEnd() throws Exception {
        BackendClient.Call call = get();
        FrameBackend.Received received = backend.next().head(200);
        CompletableFuture<?> sent = new CompletableFuture<>();
        Events none = new Events(0);
        int parts = 64;
        new Thread(() -> {
                    for (int i = 0; i < parts; i++) {
                        received.part("x".repeat(PART));
                    }
                    received.last("");
                    sent.complete(null);
                })
                .start();
        answer(call).body().subscribe(none);

        assertThatThrownBy(() -> sent.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
        assertThat(received.parts).hasValue(WINDOW / PART);
        none.subscription.request(1);
        Waiting.until("a first part", SOON, () -> !none.text().isEmpty());
        assertThat(none.text().length()).isLessThanOrEqualTo(WINDOW);
        none.subscription.request(Long.MAX_VALUE);
        none.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(none.text()).hasSize(parts * 16 * 1024);
    }

    @Test
    void moreRequestsThanOneConnectionTakesGoOnAnother() throws Exception {
        List<BackendClient.Call> calls = new ArrayList<>();
        for (int i = 0; i < 4 * STREAMS; i++) {
            calls.add(get());
        }
        List<FrameBackend.Received> received = new ArrayList<>();
        for (int i = 0; i < 4 * STREAMS; i++) {
            received.add(backend.next());
        }
        assertThat(backend.sessions).hasSizeBetween(4, 4 * STREAMS);
        received.forEach(one -> one.head(200).last("whole"));
        for (BackendClient.Call call : calls) {
            assertThat(text(answer(call))).isEqualTo("whole");
        }
        int before = backend.sessions.size();
        BackendClient.Call call = get();
        backend.next().head(200).last("again");
        assertThat(text(answer(call))).isEqualTo("again");
        assertThat(backend.sessions).hasSize(before);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoeverLeavesIsToldOfAtOnceAndTheConnectionStays(boolean beforeTheHead) throws Exception {
        BackendClient.Call call = get();
        FrameBackend.Received received = backend.next();
        if (beforeTheHead) {
            call.cancel();
        } else {
            received.head(200).part("some");
            Events events = new Events();
            answer(call).body().subscribe(events);
            Waiting.until("some", SOON, () -> events.text().equals("some"));
            events.subscription.cancel();
        }
        assertThat(received.resets.poll(1, TimeUnit.SECONDS)).isEqualTo(ErrorCode.CANCEL_STREAM_ERROR.code);

        BackendClient.Call next = get();
        backend.next().head(200).last("whole");
        assertThat(text(answer(next))).isEqualTo("whole");
        assertThat(backend.sessions).hasSize(1);
    }

    /** What was on its way to those who have left must not use up what the others may be sent. */
    @Test
    void manyWhoLeaveTakeNothingWithThem() throws Exception {
        List<Events> leavers = new ArrayList<>();
        try (FrameBackend roomy = new FrameBackend(100)) {
            BackendClient.Call call = get(roomy);
            FrameBackend.Received last = roomy.next().head(200);
            for (int i = 0; i < UNREAD; i++) {
                BackendClient.Call left = get(roomy);
                flood(roomy.next().head(200));
                Events events = new Events(1);
                answer(left).body().subscribe(events);
                leavers.add(events);
            }
            for (Events events : leavers) {
                Waiting.until("some", SOON, () -> !events.text().isEmpty());
                events.subscription.cancel();
            }
            new Thread(() -> {
                        for (int i = 0; i < 200; i++) {
                            last.part("x".repeat(PART));
                        }
                        last.last("");
                    })
                    .start();
            assertThat(text(answer(call))).hasSize(200 * PART);
            assertThat(roomy.sessions).hasSize(1);
        }
    }

    @Test
    void aRefusedStreamIsSentAgainOnceAndNoMore() throws Exception {
        BackendClient.Call call = post();
        backend.next().reset(ErrorCode.REFUSED_STREAM_ERROR.code);
        backend.next().head(200).last("whole");
        assertThat(text(answer(call))).isEqualTo("whole");

        BackendClient.Call refused = post();
        backend.next().reset(ErrorCode.REFUSED_STREAM_ERROR.code);
        backend.next().reset(ErrorCode.REFUSED_STREAM_ERROR.code);
        assertThat(reason(refused)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        assertThat(backend.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 8, 1})
    void noOtherResetIsAskedAgain(int code) throws Exception {
        BackendClient.Call call = post();
        backend.next().reset(code);

        assertThat(reason(call)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        assertNothingWasSentAgain();
    }

    @Test
    void aStreamThatAServerWhoGoesAwayHasNotSeenIsSentAgain() throws Exception {
        BackendClient.Call seen = post();
        FrameBackend.Received first = backend.next();
        BackendClient.Call unseen = post();
        FrameBackend.Received second = backend.next();

        first.goAway(first.stream.getId());
        FrameBackend.Received again = backend.next();
        assertThat(again.stream.getSession()).isNotSameAs(second.stream.getSession());
        again.head(200).last("again");
        assertThat(text(answer(unseen))).isEqualTo("again");

        first.head(200).last("first");
        assertThat(text(answer(seen))).isEqualTo("first");
        assertThat(backend.waiting()).isZero();
    }

    @Test
    void afterGoAwayTheNextRequestGoesOnANewConnection() throws Exception {
        BackendClient.Call call = post();
        FrameBackend.Received first = backend.next().head(200).part("some");
        first.goAway(first.stream.getId());
        BackendClient.Answer answer = answer(call);
        Events events = new Events();
        answer.body().subscribe(events);
        BackendClient.Call next = post();
        backend.next().head(200).last("next");
        assertThat(text(answer(next))).isEqualTo("next");
        assertThat(backend.sessions).hasSize(2);

        first.last(" and the rest");
        events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(events.text()).isEqualTo("some and the rest");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aConnectionThatIsCutIsNotAskedAgain(boolean afterTheHead) throws Exception {
        BackendClient.Call call = post();
        FrameBackend.Received received = backend.next();
        if (afterTheHead) {
            received.head(200).part("some");
            assertBrokeOff(call, received::cut);
        } else {
            received.cut();
            assertThat(reason(call)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        }
        assertNothingWasSentAgain();
    }

    @ParameterizedTest
    @CsvSource({"2", "8", "7", "0"})
    void anAnswerThatIsCutOffHasNoCleanEnd(int code) throws Exception {
        BackendClient.Call call = post();
        FrameBackend.Received received = backend.next().head(200).part("some");
        assertBrokeOff(call, () -> received.reset(code));
        assertNothingWasSentAgain();
    }

    @Test
    void anAnswerShorterThanItSaysHasNoCleanEnd() throws Exception {
        BackendClient.Call call = post();
        FrameBackend.Received received =
                backend.next().head(200, "content-length", "10").part("some");
        assertBrokeOff(call, () -> received.last(""));
    }

    /** What is said in it belongs to the connection, whose later heads may refer to it (RFC 7541 2.3.2). */
    @Test
    void aHeadThatIsTooLongIsRefusedAndTheOthersGoOn() throws Exception {
        BackendClient.Call others = get();
        FrameBackend.Received received = backend.next().head(200, "content-type", "text/event-stream");
        Events events = new Events();
        answer(others).body().subscribe(events);

        BackendClient.Call call = get();
        backend.next().head(200, "x-known", "later", "x-long", "x".repeat(40 * 1024));
        assertThat(reason(call)).isEqualTo(Reason.BACKEND_ANSWER_INVALID);

        received.part("data: event\n\n");
        Waiting.until("an event", SOON, () -> events.count() == 1);
        BackendClient.Call next = get();
        backend.next().head(200, "x-known", "later").last("whole");
        assertThat(Header.values(answer(next).headers(), "x-known")).containsExactly("later");
        assertThat(text(answer(next))).isEqualTo("whole");
        assertThat(backend.sessions).hasSize(1).allMatch(session -> !session.isClosed());
        assertNothingWasSentAgain();
    }

    /** Nothing reads so much, so that the connection ends; what else was under way on it is not known to be undone. */
    @Test
    void aHeadWithoutMeasureIsTheBackendsFaultAndNothingIsSentAgain() throws Exception {
        BackendClient.Call others = post();
        backend.next();
        BackendClient.Call call = post();
        FrameBackend.Received received = backend.next();
        try {
            received.head(200, "x-long", "x".repeat(300 * 1024));
        } catch (RuntimeException e) {
            // the client has had enough before the end
        }

        assertThat(reason(call).status()).isEqualTo(502);
        assertThat(reason(others).status()).isEqualTo(502);
        assertNothingWasSentAgain();
    }

    /** The attack: a head that the server does not take, so that the connection ends and with it what others have under way. */
    @Test
    void aRequestWithMoreHeadersThanTheServerTakesIsRefusedAloneAndTheOthersGoOn() throws Exception {
        BackendClient.Call others = get();
        FrameBackend.Received received = backend.next().head(200, "content-type", "text/event-stream");
        Events events = new Events();
        answer(others).body().subscribe(events);

        BackendClient.Call call = client.send(
                "GET", backend.url(), List.of(new Header("User-Agent", "x".repeat(10 * 1024))), new byte[0]);

        assertThat(reason(call)).isEqualTo(Reason.HEADERS_TOO_LARGE);
        received.part("data: event\n\n");
        Waiting.until("an event", SOON, () -> events.count() == 1);
        BackendClient.Call next = get();
        backend.next().head(200).last("whole");
        assertThat(text(answer(next))).isEqualTo("whole");
        assertThat(backend.sessions).hasSize(1).allMatch(session -> !session.isClosed());
    }

    /** Silence is what event streams do; the connection must outlive the time for which an idle one is kept. */
    @Test
    void aSilentStreamOutlivesTheTimeOfIdleConnections() throws Exception {
        BackendClient.Call call = get();
        FrameBackend.Received received = backend.next().head(200, "content-type", "text/event-stream");
        Events events = new Events();
        answer(call).body().subscribe(events);
        assertThatThrownBy(() -> events.done.get(9, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

        received.part("data: event\n\n");
        Waiting.until("an event", SOON, () -> events.count() == 1);
        assertThat(backend.sessions).allMatch(session -> !session.isClosed());
    }

    @Test
    void aCallThatIsUnderWayWhenTheClientEndsFails() throws Exception {
        BackendClient.Call waiting = get();
        backend.next();
        clients.close();

        assertThat(reason(waiting)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
    }

    private void assertBrokeOff(BackendClient.Call call, Runnable breaking) throws Exception {
        Events events = new Events();
        answer(call).body().subscribe(events);
        Waiting.until("some", SOON, () -> events.text().equals("some"));
        breaking.run();
        assertThatThrownBy(() -> events.done.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class)
                .hasMessageContaining("broke off");
    }

    private void assertNothingWasSentAgain() throws Exception {
        BackendClient.Call next = get();
        FrameBackend.Received received = backend.next();
        assertThat(received.head.getMethod()).isEqualTo("GET");
        received.head(200).last("");
        text(answer(next));
    }

    /** As much as fits, and more. */
    private static void flood(FrameBackend.Received received) {
        Thread flood = new Thread(() -> {
            try {
                for (int i = 0; i < 100; i++) {
                    received.part("x".repeat(16 * 1024));
                }
            } catch (RuntimeException e) {
                // the reader has left
            }
        });
        flood.setDaemon(true);
        flood.start();
    }

    private BackendClient.Call get() {
        return get(backend);
    }

    private BackendClient.Call get(FrameBackend from) {
        return client.send("GET", from.url(), List.of(), new byte[0]);
    }

    private BackendClient.Call post() {
        return client.send("POST", backend.url(), List.of(), new byte[10]);
    }

    private static BackendClient.Answer answer(BackendClient.Call call) throws Exception {
        return call.answer().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static String text(BackendClient.Answer answer) throws Exception {
        Events events = new Events();
        answer.body().subscribe(events);
        events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        return events.text();
    }

    private static Reason reason(BackendClient.Call call) throws Exception {
        try {
            answer(call);
        } catch (ExecutionException e) {
            return ((Rejection) e.getCause()).reason();
        }
        throw new AssertionError("It was answered");
    }
}
