package org.mcpproxy.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.BackendTransport;
import org.mcpproxy.config.RelayLimits;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.relay.BackendClient;
import org.mcpproxy.relay.Caller;
import org.mcpproxy.relay.CallerCredential;
import org.mcpproxy.relay.Era;
import org.mcpproxy.relay.Header;
import org.mcpproxy.relay.http1.Http1Client;
import org.mcpproxy.system.Waiting;

/** With a real server, over the relay's own HTTP client. */
class LegacySseTest {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}";
    private static final RelayLimits STANDARD = RelayLimits.standard();

    /** In which a server hears of a disconnect. */
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    private final LegacySseServer server = LegacySseServer.start();
    private final LegacySseServer other = LegacySseServer.start();
    private RelayLimits limits = limits(Duration.ofMinutes(10), Duration.ofSeconds(20));
    private BridgedBackends backends = backends();
    private final Http1Client connections = new Http1Client();
    private final BackendClient http = connections.connectingWithin(Duration.ofSeconds(5));
    private CallerCredential credential = () -> CompletableFuture.completedFuture(Optional.empty());
    private String token = "first";
    private String client = "client";

    @AfterEach
    void stop() {
        backends.stop();
        Waiting.until("nothing is left", Said.PATIENCE, () -> backends.waiting().held() == 0);
        connections.close();
        server.close();
        other.close();
    }

    @Test
    void aSessionIsOpenedUsedAndEndedAndEachPostBearsItsOwnCredential() {
        String session = initialize("ada");
        token = "second";

        assertThat(post("ada", session, call("token")).body()).contains("Bearer second", "\"id\":5,");
        assertThat(post("ada", session, call("progress")).body())
                .contains("\"progressToken\":\"tok\"")
                .contains("done");
        assertThat(server.heard()).allMatch(heard -> heard.session() == null);
        assertThat(server.heard().get(0).authorization()).isEqualTo("Bearer first");

        assertThat(send("DELETE", "ada", session, "").status()).isEqualTo(200);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
        assertThat(refused(() -> post("ada", session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    @Test
    void aServersRequestsWithTheSameIdAreAnsweredEachByItsOwnUser() {
        String ada = initialize("ada");
        String bob = initialize("bob");
        Said adasStream = send("GET", "ada", ada, "");
        Said bobsStream = send("GET", "bob", bob, "");
        BackendClient.Call adaAsks = call("POST", "ada", ada, Era.LEGACY, call("ask"));
        BackendClient.Call bobAsks = call("POST", "bob", bob, Era.LEGACY, call("ask"));
        adasStream.awaitText("sampling/createMessage");
        bobsStream.awaitText("sampling/createMessage");

        post("bob", bob, "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"bob\"}}");
        post("ada", ada, "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"ada\"}}");

        assertThat(Said.of(adaAsks).body()).contains("\"said\":\"ada\"");
        assertThat(Said.of(bobAsks).body()).contains("\"said\":\"bob\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:{other}/messages?session=1",
                "//127.0.0.1:{other}/messages?session=1",
                "http://localhost:{own}/messages?session=1",
                "https://127.0.0.1:{own}/messages?session=1",
                "http://user:pass@127.0.0.1:{own}/messages?session=1",
                "http://127.0.0.1:{own}@127.0.0.1:{other}/messages",
                "file:///etc/passwd",
                "/messages?session=1#fragment",
                "http:\\\\127.0.0.1:{other}\\messages"
            })
    void anEndpointOfAnotherOriginIsSentNothing(String endpoint) {
        String named = endpoint.replace("{own}", Integer.toString(server.url().getPort()))
                .replace("{other}", Integer.toString(other.url().getPort()));
        server.opensWith("event: endpoint\ndata: " + named + "\n\n");

        // the second where the session has ended before the request is queued
        assertThat(refused(() -> post("ada", null, INITIALIZE)))
                .isIn(Reason.BACKEND_ANSWER_INVALID, Reason.BACKEND_UNAVAILABLE);

        assertThat(other.heard()).isEmpty();
        assertThat(server.heard()).hasSize(1);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
    }

    @Test
    void aSecondEndpointMovesNothing() {
        String session = initialize("ada");

        assertThat(post("ada", session, call("move")).body()).contains("moved");
        assertThat(post("ada", session, call("pid")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(ints = {302, 307, 404, 500, 204})
    void whatIsNoEventStreamIsNotFollowed(int status) {
        server.answersStreamsWith(status);

        assertThat(refused(() -> post("ada", null, INITIALIZE))).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
        assertThat(server.heard()).hasSize(1);
    }

    @Test
    void aServerThatNamesNoEndpointIsGivenUp() {
        backends.stop();
        limits = limits(Duration.ofMinutes(10), Duration.ofMillis(500));
        backends = backends();
        server.opensWith(": nothing\n\n");

        assertThat(refused(() -> post("ada", null, INITIALIZE))).isEqualTo(Reason.BACKEND_TIMEOUT);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
    }

    @Test
    void anEndlessEventEndsTheSession() {
        String session = initialize("ada");

        assertThat(refused(() -> post("ada", session, call("endless")))).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
        Waiting.until("its end", Said.PATIENCE, () -> server.openStreams() == 0);
    }

    /** Whatever becomes of one message, nobody must wait for a session that is read no more. */
    @Test
    void aMessageThatCannotBePassedOnEndsTheSession() {
        Backend backend = backend(server.url());
        Holder holder = new Holder(Optional.of("ada"), Optional.empty());
        CompletableFuture<Reason> closed = new CompletableFuture<>();
        Channel.Receiver failing = new Channel.Receiver() {
            @Override
            public void message(String text) {
                throw new IllegalStateException("a fault of ours");
            }

            @Override
            public void closed(Reason why) {
                closed.complete(why);
            }
        };
        Channel channel = LegacySse.open(
                new Kind.Opening(
                        backend, holder, client, (reached, by) -> http, List.of(), holder.room(backends.waiting())),
                LegacySse.Bounds.of(50_000, Duration.ofSeconds(20)),
                CompletableFuture.delayedExecutor(1, TimeUnit.MILLISECONDS),
                failing);
        channel.send(List.of(new Outgoing(INITIALIZE)), List.of(), why -> {});

        channel.ended().orTimeout(Said.PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
        assertThat(closed).isCompletedWithValue(Reason.INTERNAL_ERROR);
    }

    @Test
    void aStreamThatEndsEndsTheSession() {
        String session = initialize("ada");
        Said listening = send("GET", "ada", session, "");

        assertThat(refused(() -> post("ada", session, call("leave")))).isEqualTo(Reason.BACKEND_BROKE_OFF);

        assertThat(listening.brokeOff()).isFalse();
        assertThat(refused(() -> post("ada", session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    @Test
    void aPostThatIsRefusedIsAnErrorOfItsRequestAlone() {
        String session = initialize("ada");

        assertThat(refused(() -> post("ada", session, call("refuse")))).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
        assertThat(post("ada", session, call("pid")).status()).isEqualTo(200);
    }

    /** Its stream may have been lost on the way, without a word. */
    @Test
    void aSessionThatTheServerKnowsNoMoreHasEnded() {
        String session = initialize("ada");

        assertThat(refused(() -> post("ada", session, call("forget")))).isEqualTo(Reason.BACKEND_ANSWER_INVALID);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
        assertThat(refused(() -> post("ada", session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    @Test
    void aServerThatIsDownIsUnavailableAndItsPlaceIsFree() {
        server.close();

        assertThat(refused(() -> post("ada", null, INITIALIZE))).isEqualTo(Reason.BACKEND_UNAVAILABLE);
        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
    }

    /** It keeps each POST open; what its clients posted is held for so long. */
    @Test
    void whatAServerDoesNotTakeIsBoundedForEachUser() {
        backends.stop();
        limits = limits(
                Duration.ofMinutes(10),
                Duration.ofSeconds(20),
                new RelayLimits.Sizes(1000, 100_000, 1_000_000, 200_000));
        backends = backends();
        String ada = initialize("ada");
        String bob = initialize("bob");
        server.takesNothing();
        String large = call("pid").replace("\"params\":{", "\"params\":{\"filler\":\"" + "x".repeat(60_000) + "\",");

        Reason refused = refused(() -> {
            for (int i = 0; i < 10; i++) {
                call("POST", "ada", ada, Era.LEGACY, large);
            }
        });

        assertThat(refused).isEqualTo(Reason.SERVER_FULL);
        assertThat(backends.waiting().held()).isBetween(100_000L, 200_000L);
        call("POST", "bob", bob, Era.LEGACY, large);
    }

    /** 2024-11-05 knows the credential of each POST alone, and that of the request may have expired. */
    @Test
    void aCancellationBearsAFreshCredential() {
        credential = () -> CompletableFuture.completedFuture(Optional.of(new Header("Authorization", "Bearer fresh")));
        BackendClient.Call hanging = call("POST", "ada", null, Era.MODERN, call("hang"));
        Waiting.until("it hangs", Said.PATIENCE, () -> heard("hang").isPresent());

        hanging.cancel();

        Waiting.until(
                "the cancellation",
                A_SECOND,
                () -> heard("notifications/cancelled").isPresent());
        assertThat(heard("notifications/cancelled").orElseThrow().authorization())
                .isEqualTo("Bearer fresh");
        assertThat(heard("hang").orElseThrow().authorization()).isEqualTo("Bearer first");
    }

    /** It keeps each POST open, so each waits for a second after the one before. */
    @Test
    void aDisconnectIsToldWithinASecondThoughOthersWait() {
        server.takesNothing();
        BackendClient.Call leaving = modern("leaves");
        List<BackendClient.Call> waiting = List.of(modern("second"), modern("withdrawn"), modern("last"));
        Waiting.until("the first", Said.PATIENCE, () -> heard("\"leaves\"").isPresent());

        leaving.cancel();
        waiting.get(1).cancel();

        Waiting.until(
                "the cancellation",
                A_SECOND,
                () -> heard("notifications/cancelled").isPresent());
        Waiting.until("the last", Said.PATIENCE, () -> heard("\"last\"").isPresent());
        assertThat(heard("\"second\"")).isPresent();
        assertThat(heard("\"withdrawn\"")).isEmpty();
        assertThat(server.heard())
                .filteredOn(heard -> heard.body().contains("notifications/cancelled"))
                .singleElement()
                .satisfies(told -> assertThat(told.body()).contains("\"requestId\":1,"));
    }

    @Test
    void aDisconnectIsToldWithinASecondThoughNoFreshCredentialComes() {
        CompletableFuture<Optional<Header>> late = new CompletableFuture<>();
        credential = () -> late;
        BackendClient.Call leaving = modern("hang");
        Waiting.until("it hangs", Said.PATIENCE, () -> heard("hang").isPresent());

        leaving.cancel();

        Waiting.until(
                "the cancellation",
                A_SECOND,
                () -> heard("notifications/cancelled").isPresent());
        assertThat(heard("notifications/cancelled").orElseThrow().authorization())
                .isEqualTo("Bearer first");
        late.complete(Optional.empty());
    }

    private BackendClient.Call modern(String tool) {
        return call("POST", "ada", null, Era.MODERN, call(tool));
    }

    private Optional<LegacySseServer.Heard> heard(String part) {
        return server.heard().stream()
                .filter(heard -> heard.body().contains(part))
                .findFirst();
    }

    @Test
    void aUserHasOnlyTheirShare() {
        initialize("ada");
        initialize("ada");

        assertThat(refused(() -> post("ada", null, INITIALIZE))).isEqualTo(Reason.CALLER_TOO_BUSY);
        initialize("bob");
        assertThat(refused(() -> post("eve", null, INITIALIZE))).isEqualTo(Reason.SERVER_FULL);
    }

    @Test
    void aSessionThatNobodyUsesIsEnded() {
        backends.stop();
        limits = limits(Duration.ofMillis(300), Duration.ofSeconds(20));
        backends = backends();
        String session = initialize("ada");

        Waiting.until("its end", Said.PATIENCE, () -> backends.count() == 0);
        assertThat(refused(() -> post("ada", session, call("pid")))).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    /** Many servers take whoever opened the stream for whoever posts. */
    @Test
    void aModernClientDoesNotSpeakOnTheConnectionThatAnotherOpened() {
        String one = Said.of(call("POST", "ada", null, Era.MODERN, call("pid"))).body();
        client = "another";
        String another =
                Said.of(call("POST", "ada", null, Era.MODERN, call("pid"))).body();

        assertThat(another).isNotEqualTo(one);
    }

    @Test
    void eachModernUserHasOneConnection() {
        String one = Said.of(call("POST", "ada", null, Era.MODERN, call("pid"))).body();
        String again =
                Said.of(call("POST", "ada", null, Era.MODERN, call("pid"))).body();
        String another =
                Said.of(call("POST", "bob", null, Era.MODERN, call("pid"))).body();

        assertThat(again).isEqualTo(one).isNotEqualTo(another);
    }

    private String initialize(String user) {
        Said opened = post(user, null, INITIALIZE);
        assertThat(opened.status()).isEqualTo(200);
        assertThat(opened.body()).contains("\"id\":0,").contains("serverInfo");
        return opened.header("Mcp-Session-Id");
    }

    private Said post(String user, String session, String body) {
        return send("POST", user, session, body);
    }

    private Said send(String method, String user, String session, String body) {
        return Said.of(call(method, user, session, Era.LEGACY, body));
    }

    private BackendClient.Call call(String method, String user, String session, Era era, String body) {
        Caller caller = new Caller(
                Optional.of(user), client, new Scope("mcp"), Optional.empty(), Instant.MAX, Optional.empty());
        List<Header> headers = new ArrayList<>(List.of(
                new Header("Accept", "application/json, text/event-stream"),
                new Header("Authorization", "Bearer " + token)));
        if (session != null) {
            headers.add(new Header("Mcp-Session-Id", session));
        }
        Backend backend = backend(server.url());
        return backends.of(backend, caller, era, (reached, holder) -> http, credential)
                .send(method, backend.url(), headers, body.getBytes(StandardCharsets.UTF_8));
    }

    private static String call(String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"_meta\":{\"progressToken\":\"tok\"}}}";
    }

    private static Reason refused(Runnable call) {
        return catchThrowableOfType(Rejection.class, call::run).reason();
    }

    private static RelayLimits limits(Duration idle, Duration firstByte) {
        return limits(idle, firstByte, STANDARD.sizes());
    }

    private static RelayLimits limits(Duration idle, Duration firstByte, RelayLimits.Sizes sizes) {
        RelayLimits.Times times = STANDARD.times();
        return new RelayLimits(
                sizes,
                STANDARD.counts(),
                new RelayLimits.Times(
                        times.body(), times.connect(), firstByte, times.heartbeat(), times.idle(), times.answer()),
                new RelayLimits.Stdio(1, 1, 1000, idle, idle),
                new RelayLimits.LegacySse(3, 2, 50_000, idle));
    }

    private BridgedBackends backends() {
        return new BridgedBackends(limits, Set.of(backend(server.url())), Clock.systemUTC(), new SecureRandom());
    }

    private Backend backend(URI url) {
        return new Backend(
                "files",
                url,
                new BackendCredential.None(),
                Set.of(),
                BackendTransport.ofLegacySse(Optional.empty()),
                limits.ofOneBackend());
    }
}
