package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.oauth2.sdk.Scope;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.system.Waiting;
import org.mcpproxy.web.RequestThreads;

/** What is handed on, and to whom: nobody hears of a request who has not proven to be its node. */
class NodesTest {

    private static final Duration SOON = Duration.ofSeconds(20);

    private final Settings settings = Samples.settings();
    private final SettableClock clock = new SettableClock();
    private final TransportClients http = new TransportClients(settings, null, clock);
    private final NodePasses passes = new NodePasses(settings, Samples.RANDOM, clock);
    private final Threads threads = new Threads();
    private final Nodes nodes = new Nodes(
            http,
            passes,
            new NodeProofs(http, passes, threads),
            new NodeRefusals(settings, Samples.RANDOM),
            new NodePassCheck(passes, grant -> true, settings, clock));

    @AfterEach
    void stop() {
        http.close();
        threads.close();
    }

    @Test
    void aStrangerAtTheAddressOfANodeHearsNothingOfARequest() throws Exception {
        try (FakeNode stranger = FakeNode.impostor()) {
            assertGone(handOn(stranger, "my secret"));

            assertThat(stranger.heard())
                    .singleElement()
                    .satisfies(heard -> assertThat(heard)
                            .startsWith("GET /mcp ")
                            .doesNotContain("my secret", "Mcp-Session-Id", "X-Of-Client", "00ualice"));
        }
    }

    @Test
    void aNodeIsAskedForItsProofOnceForManyRequests() throws Exception {
        try (FakeNode node = new FakeNode(this::answer)) {
            BackendClient.Call one = handOn(node, "one");
            BackendClient.Call two = handOn(node, "two");
            assertThat(List.of(status(one), status(two))).containsExactly(200, 200);

            assertThat(node.heard()).hasSize(3);
            assertThat(node.heard().get(0)).startsWith("GET /mcp ");
            assertThat(node.heard().subList(1, 3))
                    .allSatisfy(
                            heard -> assertThat(heard).startsWith("POST /mcp ").contains("Mcp-Session-Id: session"));
        }
    }

    /** Its system accepts connections all the same. */
    @Test
    void aNodeThatStandsStillIsGoneAfterAMoment() throws Exception {
        try (FakeNode still = new FakeNode(head -> FakeNode.SILENCE)) {
            BackendClient.Call call = handOn(still, "my secret");
            CompletableFuture<BackendClient.Answer> answer = call.answer().toCompletableFuture();
            Waiting.until("it is asked", SOON, () -> still.heard().size() == 1);
            assertThat(answer).isNotDone();
            threads.late.run();

            assertThatThrownBy(() -> answer.get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(Rejection.class, NodesTest::assertGone);
            assertThat(still.heard()).noneMatch(heard -> heard.contains("my secret"));
        }
    }

    @Test
    void whatIsGivenUpMeanwhileIsNotHandedOn() throws Exception {
        CompletableFuture<Void> held = new CompletableFuture<>();
        try (FakeNode node = new FakeNode(head -> {
            held.join();
            return answer(head);
        })) {
            handOn(node, "given up").cancel();
            BackendClient.Call next = handOn(node, "wanted");
            held.complete(null);

            assertThat(status(next)).isEqualTo(200);
            assertThat(node.heard()).hasSize(2).noneMatch(heard -> heard.endsWith("given up"));
        }
    }

    /** Whoever waits for a server whose node stands still is to initialize again. */
    @Test
    void whatIsLateIsTheServerWhereItsNodeIsThereAndElseTheNode() throws Exception {
        try (FakeNode node = new FakeNode(this::answer);
                FakeNode still = new FakeNode(head -> FakeNode.SILENCE)) {
            assertThat(late(handOn(node, "one")).get(SOON.toSeconds(), TimeUnit.SECONDS))
                    .isEqualTo(Reason.BACKEND_TIMEOUT);

            CompletableFuture<Reason> late = late(handOn(still, "one"));
            threads.late.run();
            assertThat(late.get(SOON.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Reason.SESSION_UNKNOWN);
        }
    }

    private static CompletableFuture<Reason> late(BackendClient.Call call) {
        return call.late().toCompletableFuture();
    }

    /** As a node does. */
    private String answer(String head) {
        String sealed = head.lines()
                .filter(line -> line.startsWith("Authorization: Node "))
                .findFirst()
                .orElseThrow()
                .substring("Authorization: Node ".length());
        NodePass pass = passes.open(sealed).pass().orElseThrow();
        Header proof = nodes.proof(pass);
        return "HTTP/1.1 200 OK\r\n" + proof.name() + ": " + proof.value() + "\r\nContent-Length: 0\r\n\r\n";
    }

    private BackendClient.Call handOn(FakeNode node, String body) throws IOException {
        return nodes.at(URI.create(node.url()), request())
                .send(
                        "POST",
                        URI.create("http://backend.internal/mcp"),
                        List.of(new Header("Mcp-Session-Id", "session"), new Header("X-Of-Client", "value")),
                        body.getBytes(StandardCharsets.UTF_8));
    }

    private RelayRequest request() {
        return new RelayRequest(
                Samples.TRAIL,
                Endpoints.standard(settings),
                new Caller(Optional.of("00ualice"), "client", new Scope("mcp"), Optional.of("grant"), Instant.MAX),
                "POST",
                Era.LEGACY,
                McpHeaders.of(List.of(new Header("Mcp-Session-Id", "session"))),
                List.of(),
                Optional.empty(),
                System.nanoTime());
    }

    private static int status(BackendClient.Call call) throws Exception {
        return call.answer()
                .toCompletableFuture()
                .get(SOON.toSeconds(), TimeUnit.SECONDS)
                .status();
    }

    private static void assertGone(BackendClient.Call call) {
        assertThatThrownBy(() -> status(call)).cause().isInstanceOfSatisfying(Rejection.class, NodesTest::assertGone);
    }

    private static void assertGone(Rejection why) {
        assertThat(why.reason()).isEqualTo(Reason.SESSION_UNKNOWN);
    }

    /** Whose clock goes when a test says so. */
    private static final class Threads extends RequestThreads {

        private volatile Runnable late;

        @Override
        public Future<?> after(Duration delay, Runnable work) {
            late = work;
            return new CompletableFuture<>();
        }
    }
}
