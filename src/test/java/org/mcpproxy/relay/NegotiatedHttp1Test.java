package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.BackendTransport.HttpVersion;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.http1.ScriptedServer;
import org.mcpproxy.relay.http2.ClientThreads;
import org.mcpproxy.relay.http2.NegotiatingClient;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.BodyBudget;

/** The client that agrees on a version, where that is HTTP/1.1: it keeps what the relay is promised, too. */
class NegotiatedHttp1Test {

    private static final Duration SOON = Duration.ofSeconds(20);

    private ScriptedServer server;
    private ClientThreads threads;
    private final List<NegotiatingClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        server = new ScriptedServer();
        threads = new ClientThreads(2, new BodyBudget(1_000_000, 1_000_000));
    }

    @AfterEach
    void stop() throws IOException {
        clients.forEach(NegotiatingClient::close);
        threads.close();
        server.close();
    }

    @Test
    void aRequestSaysNoMoreThanItIsGiven() throws Exception {
        send("POST", new byte[] {'a'});

        assertThat(server.next().request())
                .isEqualTo("POST /mcp HTTP/1.1\r\nX-A: b\r\nHost: "
                        + server.url().getAuthority() + "\r\nContent-Length: 1\r\n\r\na");
    }

    @Test
    void aRequestIsSentOnceItIsWrittenWholeAndNotBefore() throws Exception {
        BackendClient.Call call = send("POST", new byte[32 * 1024 * 1024]);
        ScriptedServer.Peer peer = server.next();

        assertThat(peer.socket().getInputStream().read()).as("it has begun").isEqualTo('P');
        assertThat(call.sent().toCompletableFuture()).isNotDone();
        peer.request();
        assertThat(call.sent().toCompletableFuture()).succeedsWithin(SOON);
    }

    @Test
    void oneConnectionServesOneAfterAnother() throws Exception {
        BackendClient client = clientOfOneConnection();
        BackendClient.Call first = send(client, "POST", new byte[1]);
        ScriptedServer.Peer peer = server.next();
        for (int i = 0; i < 3; i++) {
            BackendClient.Call call = i == 0 ? first : send(client, "POST", new byte[1]);
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            assertThat(text(call)).isEqualTo("ok");
        }
    }

    @Test
    void interimAnswersAreNone() throws Exception {
        BackendClient.Call call = send("GET", new byte[0]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(
                "HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 104 Other\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

        assertThat(text(call)).isEqualTo("ok");
    }

    /** Nobody asked for another protocol, and no answer may open a way for one. */
    @Test
    void anUnaskedUpgradeIsNoAnswer() throws Exception {
        BackendClient.Call call = send("GET", new byte[0]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n");
        try {
            assertThat(answer(call).status()).isEqualTo(101);
        } catch (ExecutionException e) {
            assertThat(((Rejection) e.getCause()).reason())
                    .isIn(Reason.BACKEND_ANSWER_INVALID, Reason.BACKEND_UNAVAILABLE);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nsome",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\nnonsense\r\n"
            })
    void anAnswerThatIsCutOffHasNoCleanEnd(String begun) throws Exception {
        BackendClient.Call call = send("POST", new byte[1]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send(begun).close();

        Events events = new Events();
        answer(call).body().subscribe(events);
        assertThatThrownBy(() -> events.done.get(SOON.toSeconds(), TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(events.text()).isEqualTo("some");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void nothingIsSentTwice(boolean reset) throws Exception {
        BackendClient client = clientOfOneConnection();
        BackendClient.Call first = send(client, "POST", new byte[1]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        assertThat(text(first)).isEqualTo("ok");

        BackendClient.Call second = send(client, "POST", new byte[1]);
        peer.request();
        if (reset) {
            peer.reset();
        } else {
            peer.close();
        }
        assertThat(reason(second)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        send(client, "GET", new byte[0]);
        assertThat(server.next().request()).startsWith("GET");
    }

    @Test
    void aHeadThatIsTooLongIsRefused() throws Exception {
        BackendClient.Call call = send("GET", new byte[0]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        peer.send("HTTP/1.1 200 OK\r\nX-Long: " + "x".repeat(40 * 1024) + "\r\nContent-Length: 0\r\n\r\n");

        assertThat(reason(call)).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
    }

    @Test
    void whatIsNotReadStaysWithTheBackend() throws Exception {
        BackendClient.Call call = send("GET", new byte[0]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        int length = 64 * 1024 * 1024;
        peer.send("HTTP/1.1 200 OK\r\nContent-Length: " + length + "\r\n\r\n");
        Thread sender = new Thread(() -> {
            try {
                for (int sent = 0; sent < length; sent += 1024 * 1024) {
                    peer.send("x".repeat(1024 * 1024));
                }
            } catch (IOException e) {
                // seen by the reader
            }
        });
        sender.start();
        Events events = new Events(0);
        answer(call).body().subscribe(events);
        sender.join(1_000);
        assertThat(sender.isAlive()).isTrue();

        events.subscription.request(Long.MAX_VALUE);
        events.done.get(SOON.toSeconds(), TimeUnit.SECONDS);
        assertThat(events.text()).hasSize(length);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoeverLeavesClosesTheConnectionAtOnce(boolean beforeTheHead) throws Exception {
        BackendClient.Call call = send("GET", new byte[0]);
        ScriptedServer.Peer peer = server.next();
        peer.request();
        if (beforeTheHead) {
            call.cancel();
        } else {
            peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n");
            Events events = new Events();
            answer(call).body().subscribe(events);
            Waiting.until("some", SOON, () -> events.text().equals("some"));
            events.subscription.cancel();
        }
        assertThat(peer.isClosedByClient()).isTrue();
    }

    /** Each of them waits for its own answer, so that each needs a connection, and none is known to take one at a time yet. */
    @Test
    void manyAtOnceGetAConnectionEach() throws Exception {
        BackendClient client = client(HttpVersion.HTTP_1_1);
        List<BackendClient.Call> calls = new ArrayList<>();
        for (int i = 0; i < 150; i++) {
            calls.add(send(client, "GET", new byte[0]));
        }
        CountDownLatch all = new CountDownLatch(150);
        Thread accepting = new Thread(() -> {
            try {
                while (true) {
                    ScriptedServer.Peer peer = server.next();
                    new Thread(() -> answerWithTheOthers(peer, all)).start();
                }
            } catch (InterruptedException | AssertionError e) {
                // all have been accepted
            }
        });
        accepting.start();
        for (BackendClient.Call call : calls) {
            assertThat(text(call)).isEqualTo("ok");
        }
        accepting.interrupt();
    }

    private static void answerWithTheOthers(ScriptedServer.Peer peer, CountDownLatch all) {
        try {
            peer.request();
            all.countDown();
            all.await();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        } catch (IOException | InterruptedException e) {
            // one too many was opened
        }
    }

    /** It accepts the connection, and says no more: neither a certificate nor the settings of HTTP/2. */
    @ParameterizedTest
    @EnumSource(HttpVersion.class)
    void aConnectionThatIsNeverReadyIsWaitedForNoLongerThanForAnyOther(HttpVersion version) throws Exception {
        URI url = URI.create((version == HttpVersion.HTTP_2 ? "http" : "https") + "://localhost:"
                + server.url().getPort() + "/");
        BackendClient.Call patient = client(version, SOON).send("GET", url, List.of(), new byte[0]);
        BackendClient.Call call = client(version, Duration.ofSeconds(1)).send("GET", url, List.of(), new byte[0]);

        assertThat(reason(call)).isEqualTo(Reason.BACKEND_TIMEOUT);
        assertThat(patient.answer().toCompletableFuture()).isNotDone();
    }

    @Test
    void aServerThatAcceptsNobodyIsTooLate() throws Exception {
        try (SilentListener silent = new SilentListener(InetAddress.getLoopbackAddress(), 0)) {
            URI url = URI.create("https://127.0.0.1:" + silent.port() + "/");
            BackendClient.Call call =
                    client(HttpVersion.NEGOTIATED, Duration.ofSeconds(1)).send("GET", url, List.of(), new byte[0]);

            assertThat(reason(call)).isEqualTo(Reason.BACKEND_TIMEOUT);
        }
    }

    @Test
    void aServerThatIsNotThereIsUnavailable() throws Exception {
        server.close();
        URI url = URI.create("https://localhost:" + server.url().getPort() + "/");
        for (URI absent : List.of(url, URI.create("https://nowhere.invalid/"))) {
            BackendClient.Call call = client(HttpVersion.NEGOTIATED).send("GET", absent, List.of(), new byte[0]);
            assertThat(reason(call)).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        }
    }

    @Test
    void noOtherBackendHasToWaitForOneThatIsSilent() throws Exception {
        BackendClient client = client(HttpVersion.HTTP_1_1);
        for (int i = 0; i < 100; i++) {
            send(client, "GET", new byte[0]);
        }
        try (ScriptedServer other = new ScriptedServer()) {
            BackendClient.Call call = client.send("GET", other.url(), List.of(), new byte[0]);
            ScriptedServer.Peer peer = other.next();
            peer.request();
            peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            assertThat(text(call)).isEqualTo("ok");
        }
    }

    private BackendClient.Call send(String method, byte[] body) {
        return send(client(HttpVersion.HTTP_1_1), method, body);
    }

    private BackendClient.Call send(BackendClient client, String method, byte[] body) {
        return client.send(method, server.url(), List.of(new Header("X-A", "b")), body);
    }

    private BackendClient client(HttpVersion version) {
        return client(version, RelayLimits.standard());
    }

    private BackendClient client(HttpVersion version, Duration connect) {
        RelayLimits usual = RelayLimits.standard();
        RelayLimits.Times times = usual.times();
        return client(
                version,
                new RelayLimits(
                        usual.sizes(),
                        usual.counts(),
                        new RelayLimits.Times(
                                times.body(),
                                connect,
                                times.firstByte(),
                                times.heartbeat(),
                                times.idle(),
                                times.answer())));
    }

    /** An answer is had a moment before its connection is free: the next request waits for it, and opens no other. */
    private BackendClient clientOfOneConnection() {
        RelayLimits usual = RelayLimits.standard();
        return client(
                HttpVersion.HTTP_1_1, new RelayLimits(usual.sizes(), new RelayLimits.Counts(1, 1, 1), usual.times()));
    }

    private BackendClient client(HttpVersion version, RelayLimits limits) {
        NegotiatingClient client = new NegotiatingClient(
                limits, new BackendTransport(Optional.empty()).with(version), threads, Clock.systemUTC());
        clients.add(client);
        return client.of("ada");
    }

    private static BackendClient.Answer answer(BackendClient.Call call)
            throws InterruptedException, ExecutionException, TimeoutException {
        return call.answer().toCompletableFuture().get(SOON.toSeconds(), TimeUnit.SECONDS);
    }

    private static String text(BackendClient.Call call) throws Exception {
        Events events = new Events();
        answer(call).body().subscribe(events);
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
