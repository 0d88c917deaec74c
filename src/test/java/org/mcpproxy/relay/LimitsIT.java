package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Waiting;

/** One user at the limit, and the others; and bounds that are settings. */
class LimitsIT {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";

    /** So few that none comes back, after ten seconds, before they are used. */
    private static final int PER_MINUTE = 6;

    /** However slow the machine, one of so many finds none left. */
    private static final int ENOUGH = 10 * PER_MINUTE;

    private static final Duration A_WHILE = Duration.ofSeconds(20);

    /** Of the whole node. */
    private static final int AT_ONCE = 6;

    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                "RELAY_CONCURRENT",
                Integer.toString(AT_ONCE),
                "RELAY_CONCURRENT_PER_USER",
                "2",
                "RELAY_REQUESTS_PER_MINUTE",
                Integer.toString(PER_MINUTE),
                "RELAY_MAX_BODY_BYTES",
                "2000",
                "RELAY_MAX_HEADER_BYTES",
                "3000",
                "RELAY_IDLE_TIMEOUT",
                "PT2S",
                "RELAY_ANSWER_TIMEOUT",
                "PT4S",
                "MCP_BACKENDS",
                "small,quick",
                "MCP_BACKENDS_SMALL_URL",
                RelaySystem.BACKEND,
                "MCP_BACKENDS_SMALL_RELAY_CONCURRENT",
                "2",
                "MCP_BACKENDS_SMALL_RELAY_CONCURRENT_PER_USER",
                "1",
                "MCP_BACKENDS_SMALL_RELAY_MAX_BODY_BYTES",
                "1024",
                "MCP_BACKENDS_SMALL_RELAY_MAX_HEADER_BYTES",
                "2000",
                "MCP_BACKENDS_QUICK_URL",
                RelaySystem.BACKEND,
                "MCP_BACKENDS_QUICK_RELAY_REQUESTS_PER_MINUTE",
                "2",
                "MCP_BACKENDS_QUICK_RELAY_FIRST_BYTE_TIMEOUT",
                "PT0.5S",
                "MCP_BACKENDS_QUICK_RELAY_HEARTBEAT",
                "PT0.2S");
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void aUserWithTooManyUnderWayComesAgainAndNobodyElse() {
        RelaySystem.Caller alice = system.caller("alice", "inspector");
        try (RawClient first = alice.post(PING);
                RawClient second = system.caller("alice", "cursor").post(PING)) {
            RawBackend.Request one = system.backend().next();
            RawBackend.Request other = system.backend().next();

            try (RawClient third = alice.post(PING)) {
                assertTooBusy(third);
            }
            assertServed(system.caller("bob", "inspector"));

            answer(one);
            answer(other);
            assertThat(first.status()).isEqualTo(200);
            assertThat(second.status()).isEqualTo(200);
            awaitServed("alice");
        }
    }

    @Test
    void aUserWhoSendsTooManyByOneClientComesAgain() {
        RelaySystem.Caller carol = system.caller("carol", "inspector");
        int served = 0;
        while (served < ENOUGH && isServed(carol)) {
            served++;
        }

        assertThat(served).isBetween(PER_MINUTE, ENOUGH - 1);
        assertServed(system.caller("carol", "cursor"));
    }

    /** The attack: a batch (MCP 2025-03-26) of more calls than a minute allows. */
    @Test
    void eachMessageOfABatchCounts() {
        String batch = "[" + String.join(",", Collections.nCopies(PER_MINUTE + 1, PING)) + "]";
        try (RawClient client = system.caller("dora", "inspector").post(batch)) {
            assertThat(client.status()).isEqualTo(429);
            assertThat(client.head()).contains("Retry-After: ");
        }
        awaitAudit("caller_too_busy");
        assertServed(system.caller("dora", "cursor"));
    }

    /** The attack: as many requests as the node can hold, by users who each keep within their own. */
    @Test
    void whenTheNodeIsFullEverybodyComesAgain() {
        List<Held> held = new ArrayList<>();
        for (int i = 0; i < AT_ONCE; i++) {
            held.add(hold("crowd" + i));
        }
        try (RawClient client = system.caller("grace", "inspector").post(PING)) {
            assertThat(client.status()).isEqualTo(503);
            assertThat(client.head()).contains("Retry-After: ");
            assertThat(client.body()).contains("\"jsonrpc\":\"2.0\"", "-32603", "as many of these as it can");
        }
        held.forEach(Held::end);
        awaitAudit("\"user\":\"grace\"", "server_full");
        awaitServed("grace");
    }

    /** One who waits for places that others have just left. */
    private static Held hold(String user) {
        RelaySystem.Caller caller = system.caller(user, "inspector");
        AtomicReference<RawClient> client = new AtomicReference<>();
        AtomicReference<RawBackend.Request> request = new AtomicReference<>();
        Waiting.until("a place is free for " + user, A_WHILE, () -> {
            client.set(caller.post(PING));
            if (isAnsweredWithoutTheBackend(client.get())) {
                client.get().close();
                return false;
            }
            request.set(system.backend().next());
            return true;
        });
        return new Held(client.get(), request.get());
    }

    private static boolean isAnsweredWithoutTheBackend(RawClient client) {
        Waiting.until(
                "an answer, or a request",
                A_WHILE,
                () -> client.hasMore() || !system.backend().isIdle());
        return client.hasMore();
    }

    private record Held(RawClient client, RawBackend.Request request) {

        void end() {
            answer(request);
            assertThat(client.status()).isEqualTo(200);
            client.close();
        }
    }

    /** The attack: somebody keeps all that one backend gives them, and goes on asking. */
    @Test
    void aUserAtTheLimitOfOneBackendIsServedAtOthersAndOtherUsersAreThere() {
        RelaySystem.Caller henry = system.callerAt("small", "henry", "inspector");
        try (RawClient first = henry.post(PING)) {
            RawBackend.Request held = system.backend().next();
            for (int i = 0; i <= PER_MINUTE; i++) {
                try (RawClient again = henry.post(PING)) {
                    assertTooBusy(again);
                }
            }
            awaitAudit("\"user\":\"henry\"", "\"endpoint\":\"/small/mcp\"", "caller_too_busy");
            assertServed(system.caller("henry", "inspector"));
            assertServed(system.callerAt("small", "iris", "inspector"));

            answer(held);
            assertThat(first.status()).isEqualTo(200);
        }
    }

    @Test
    void aBackendThatIsFullKeepsNobodyFromAnother() {
        try (RawClient one = system.callerAt("small", "jack", "inspector").post(PING)) {
            RawBackend.Request first = system.backend().next();
            try (RawClient other = system.callerAt("small", "kate", "inspector").post(PING)) {
                RawBackend.Request second = system.backend().next();

                try (RawClient third =
                        system.callerAt("small", "liam", "inspector").post(PING)) {
                    assertThat(third.status()).isEqualTo(503);
                    assertThat(third.head()).contains("Retry-After: ");
                    assertThat(third.body()).contains("\"jsonrpc\":\"2.0\"", "-32603", "This MCP server has as many");
                }
                awaitAudit("\"user\":\"liam\"", "\"endpoint\":\"/small/mcp\"", "backend_full");
                assertServed(system.caller("liam", "inspector"));

                answer(first);
                answer(second);
                assertThat(one.status()).isEqualTo(200);
                assertThat(other.status()).isEqualTo(200);
            }
        }
    }

    /** The attack: to get round the backend's rate by batches. */
    @Test
    void eachMessageOfABatchCountsAtItsBackendToo() {
        String batch = "[" + String.join(",", Collections.nCopies(3, PING)) + "]";
        RelaySystem.Caller mia = system.callerAt("quick", "mia", "inspector");

        try (RawClient client = mia.post(batch)) {
            assertTooBusy(client);
            assertThat(client.head()).contains("Retry-After: 30");
        }
        try (RawClient client = mia.post(PING)) {
            assertTooBusy(client);
        }
        assertServed(system.caller("mia", "inspector"));
        assertServed(system.callerAt("quick", "noah", "inspector"));
    }

    @Test
    void aBackendHasItsOwnTimeToAnswer() {
        try (RawClient client = system.callerAt("quick", "olga", "inspector").post(PING)) {
            system.backend().next();
            assertThat(client.status()).isEqualTo(504);
            assertThat(client.body()).contains("\"jsonrpc\":\"2.0\"", "-32603");
        }
        awaitAudit("\"user\":\"olga\"", "\"resource\":\"/quick/mcp\"", "backend_timeout", "\"status\":504");
    }

    @Test
    void aBackendHasItsOwnHeartbeat() {
        try (RawClient client = system.callerAt("quick", "paul", "inspector").get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.chunk()).startsWith(":");
            request.end();
        }
    }

    @Test
    void aBackendHasItsOwnSizes() {
        RelaySystem.Caller quinn = system.callerAt("small", "quinn", "inspector");
        String longer = PING + " ".repeat(1024);
        try (RawClient client = quinn.post(longer)) {
            assertThat(client.status()).isEqualTo(413);
        }
        awaitAudit("\"user\":\"quinn\"", "\"endpoint\":\"/small/mcp\"", "request_too_large");
        try (RawClient client = quinn.post(PING, "Mcp-Param-A: " + "a".repeat(1500))) {
            assertThat(client.status()).isEqualTo(431);
        }
        try (RawClient client = system.caller("quinn", "inspector").post(longer, "Mcp-Param-A: " + "a".repeat(1500))) {
            answer(system.backend().next());
            assertThat(client.status()).isEqualTo(200);
        }
    }

    /** Their proofs would fill the memory of those that were used, and keep out all who send proofs. */
    @Test
    void whoIsBeyondTheirLimitUsesUpNoProof() {
        ProofKey key = new ProofKey();
        String token =
                system.caller("frank&key=" + key.thumbprint(), "inspector").token();
        String nonce = ping(token, proof(key, token, null)).header("DPoP-Nonce");
        AtomicReference<String> proof = new AtomicReference<>();
        AtomicReference<Answer> answer = new AtomicReference<>();
        int served = -1;
        do {
            served++;
            proof.set(proof(key, token, nonce));
            answer.set(answeredPing(token, proof.get()));
        } while (served < ENOUGH && answer.get().status() == 200);
        assertThat(served).isBetween(PER_MINUTE, ENOUGH - 1);
        assertThat(answer.get().status()).isEqualTo(429);

        Waiting.until("another is let in", A_WHILE, () -> {
            answer.set(answeredPing(token, proof.get()));
            return answer.get().status() != 429;
        });
        assertThat(answer.get().status()).isEqualTo(200);
        Answer replayed = ping(token, proof.get());
        assertThat(replayed.status()).isEqualTo(401);
        assertThat(replayed.text()).contains("invalid_dpop_proof");
    }

    private static String proof(ProofKey key, String token, String nonce) {
        return key.proof("POST", system.proxy().at("/mcp"), Instant.now(), nonce, token);
    }

    /** What comes to the backend is answered there. */
    private static Answer answeredPing(String token, String proof) {
        CompletableFuture<Answer> answer = CompletableFuture.supplyAsync(() -> ping(token, proof));
        Waiting.until(
                "an answer, or a request",
                A_WHILE,
                () -> answer.isDone() || !system.backend().isIdle());
        if (!answer.isDone()) {
            answer(system.backend().next());
        }
        return answer.join();
    }

    private static Answer ping(String token, String proof) {
        return OAuthClient.send(HttpRequest.newBuilder(system.proxy().at("/mcp"))
                .header("Authorization", "DPoP " + token)
                .header("DPoP", proof)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(PING)));
    }

    @Test
    void aBodyThatIsTooLongIsRefused() {
        RelaySystem.Caller dave = system.caller("dave", "inspector");
        try (RawClient client = dave.post(" ".repeat(2001))) {
            assertThat(client.status()).isEqualTo(413);
        }
        awaitAudit("request_too_large");
    }

    /** The node that it comes from has held the client's headers to the limit; so it is judged, and this one refused. */
    @Test
    void theFieldInWhichANodeHandsOnCountsInNoLimit() {
        try (RawClient client =
                RawClient.send(system.port(), "POST", "/small/mcp", PING, "Authorization: Node " + "a".repeat(5000))) {
            assertThat(client.status()).isEqualTo(401);
        }
        awaitAudit("\"endpoint\":\"/small/mcp\"", "node_pass_invalid");
    }

    @Test
    void headersThatAreTooLongAreRefused() {
        RelaySystem.Caller dave = system.caller("dave", "cursor");
        try (RawClient client = dave.post(PING, "Mcp-Param-A: " + "a".repeat(3000))) {
            assertThat(client.status()).isEqualTo(431);
            assertThat(client.body()).contains("\"jsonrpc\":\"2.0\"", "header fields");
        }
        awaitAudit("headers_too_large");
    }

    /** Its client opens another. */
    @Test
    void anEventStreamThatIsSilentForTooLongEnds() {
        try (RawClient client = system.caller("erin", "inspector").get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.bytes()).isEmpty();
            assertThat(request.isGivenUpWithin(A_WHILE.toMillis())).isTrue();
        }
        awaitAudit("answer_timeout");
    }

    @Test
    void anEventStreamEndsAtLastHoweverBusy() {
        try (RawClient client = system.caller("erin", "cursor").get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
            Waiting.until("it has ended", A_WHILE, () -> !isSent(request, "data: still here\n\n"));
            assertThat(client.bytes()).startsWith("data: still here\n\n".getBytes(StandardCharsets.US_ASCII));
        }
    }

    /** Nobody may take what has come for the whole. */
    @Test
    void anAnswerThatStopsHalfwayIsBrokenOff() {
        try (RawClient client = system.caller("erin", "claude").post(PING)) {
            system.backend()
                    .next()
                    .send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                            + "1\r\n{\r\n");
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.rest()).doesNotContain("\r\n0\r\n");
        }
    }

    private static boolean isSent(RawBackend.Request request, String text) {
        try {
            request.send(text);
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** @param parts of one line, or a reason */
    private static void awaitAudit(String... parts) {
        system.proxy()
                .awaitConsole(
                        "audit of " + List.of(parts),
                        console -> console.lines()
                                .anyMatch(line -> Stream.of(parts).allMatch(line::contains)));
    }

    private static void assertServed(RelaySystem.Caller caller) {
        try (RawClient client = caller.post(PING)) {
            answer(system.backend().next());
            assertThat(client.status()).isEqualTo(200);
        }
    }

    /** @return false where it is one too many */
    private static boolean isServed(RelaySystem.Caller caller) {
        try (RawClient client = caller.post(PING)) {
            if (isAnsweredWithoutTheBackend(client)) {
                assertTooBusy(client);
                return false;
            }
            answer(system.backend().next());
            assertThat(client.status()).isEqualTo(200);
            return true;
        }
    }

    /** The client has its answer a moment before its place is free. */
    private static void awaitServed(String user) {
        CompletableFuture<Void> answering =
                CompletableFuture.runAsync(() -> answer(system.backend().next()));
        AtomicInteger clients = new AtomicInteger();
        Waiting.until("a place is free", A_WHILE, () -> {
            RelaySystem.Caller caller = system.caller(user, "client-" + clients.incrementAndGet());
            try (RawClient client = caller.post(PING)) {
                return client.status() == 200;
            }
        });
        answering.join();
    }

    private static void assertTooBusy(RawClient client) {
        assertThat(client.status()).isEqualTo(429);
        assertThat(client.head()).contains("Retry-After: ");
        assertThat(client.body()).contains("\"jsonrpc\":\"2.0\"", "too many requests or sessions open");
    }

    private static void answer(RawBackend.Request request) {
        request.answer("200 OK\r\nContent-Type: application/json", "{}");
    }
}
