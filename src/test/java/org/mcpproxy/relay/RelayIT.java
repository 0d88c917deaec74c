package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The relay on the wire, between a client and a backend that both see single packets. */
class RelayIT {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\"}";
    private static final String MODERN_PING =
            "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
    private static final String[] MODERN = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: ping"};

    /** For what comes at once where the machine is not busy, and never where it is wrong. */
    private static final int PATIENCE_MILLIS = 10_000;

    private static RelaySystem system;
    private static RelaySystem.Caller alice;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                "RELAY_HEARTBEAT", "PT0.4S", "RELAY_FIRST_BYTE_TIMEOUT", "PT2S", "RELAY_HEADERS", "X-Tenant");
        alice = system.caller("alice", "inspector");
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
    }

    @Test
    void aRequestWithoutATokenIsChallengedAndReachesNoBackend() {
        try (RawClient client = RawClient.send(system.port(), "POST", "/mcp", PING)) {
            assertThat(client.status()).isEqualTo(401);
            assertThat(client.head())
                    .contains("WWW-Authenticate: Bearer resource_metadata=\"http://localhost:" + system.port()
                            + "/.well-known/oauth-protected-resource/mcp\", scope=\"mcp\"")
                    .doesNotContain("error=");
            assertThat(client.body()).contains("\"error\"");
        }
        assertThat(system.backend().isIdle()).isTrue();
    }

    @Test
    void anAnswerComesBackAsItIs() {
        try (RawClient client = alice.post(PING)) {
            system.backend()
                    .next()
                    .answer("200 OK\r\nContent-Type: application/json\r\nMcp-Custom: kept", "{\"ok\":1}");
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.head())
                    .containsIgnoringCase("Mcp-Custom: kept")
                    .containsIgnoringCase("content-length: 8");
            assertThat(client.body()).isEqualTo("{\"ok\":1}");
        }
    }

    @Test
    void aBackendsErrorKeepsItsStatusAndBody() {
        for (String status :
                new String[] {"400 Bad Request", "403 Forbidden", "404 Not Found", "405 Method Not Allowed"}) {
            try (RawClient client = alice.post(PING)) {
                String error = "{\"jsonrpc\":\"2.0\",\"id\":7,\"error\":{\"code\":-32022,\"message\":\"é\"}}";
                system.backend().next().answer(status + "\r\nContent-Type: application/json", error);
                assertThat(client.head()).startsWith("HTTP/1.1 " + status.substring(0, 3));
                assertThat(client.body()).isEqualTo(error);
            }
        }
    }

    @Test
    void anAcceptedNotificationStaysEmpty() {
        String notification =
                "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":1}}";
        for (String revision : new String[] {"2025-11-25", "2026-07-28"}) {
            for (String emptiness : new String[] {"Content-Length: 0", "Transfer-Encoding: chunked"}) {
                try (RawClient client =
                        alice.post(notification, "MCP-Protocol-Version: " + revision, "Connection: close")) {
                    RawBackend.Request request = system.backend().next();
                    request.send("HTTP/1.1 202 Accepted\r\n" + emptiness + "\r\nConnection: close\r\n\r\n"
                            + (emptiness.endsWith("chunked") ? "0\r\n\r\n" : ""));
                    request.end();
                    assertThat(client.status()).isEqualTo(202);
                    assertThat(client.head()).doesNotContainIgnoringCase("\ncontent-type:");
                    assertThat(client.body()).isEmpty();
                    assertThat(client.rest()).isEmpty();
                }
            }
        }
    }

    @Test
    void whatBelongsToThisHopStopsHere() {
        try (RawClient client = alice.post(
                PING,
                "Cookie: a=b",
                "Connection: Mcp-Secret-Hop",
                "Mcp-Secret-Hop: 1",
                "Mcp_Session_Id: of-somebody-else",
                "X-Tenant: a",
                "X-Consumer-Username: root",
                "X-Forwarded-User: root",
                "X_Forwarded_User: root",
                "Mcp-Param-Region: eu",
                "Accept-Encoding: gzip",
                "Origin: http://localhost:6274")) {
            RawBackend.Request request = system.backend().next();
            request.answer(
                    "200 OK\r\nContent-Type: application/json\r\nSet-Cookie: x=y\r\nAccess-Control-Allow-Origin: *"
                            + "\r\nWWW-Authenticate: Bearer\r\nContent-Security-Policy: default-src *"
                            + "\r\nX-Frame-Options: ALLOWALL\r\nRefresh: 0\r\nServer: backend/1",
                    "{}");
            assertThat(request.head())
                    .containsIgnoringCase("mcp-param-region: eu")
                    .containsIgnoringCase("accept-encoding: identity")
                    .containsOnlyOnce("Authorization: Bearer ")
                    .doesNotContain(alice.token())
                    .doesNotContainIgnoringCase("cookie")
                    .containsIgnoringCase("x-tenant: a")
                    .doesNotContainIgnoringCase("of-somebody-else")
                    .doesNotContainIgnoringCase("consumer")
                    .doesNotContainIgnoringCase("secret-hop")
                    .doesNotContainIgnoringCase("forwarded")
                    .doesNotContainIgnoringCase("gzip")
                    .doesNotContainIgnoringCase("origin")
                    .doesNotContain(alice.token());
            assertThat(client.head())
                    .contains("Access-Control-Allow-Origin: http://localhost:6274")
                    .contains("X-Frame-Options: DENY")
                    .doesNotContain("Set-Cookie", "Allow-Origin: *", "WWW-Authenticate: ")
                    .doesNotContain("default-src *", "ALLOWALL", "Refresh", "backend/1");
        }
    }

    @Test
    void eventsComeOneByOneAsTheyAreSent() {
        try (RawClient client = alice.post(PING)) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.head()).contains("text/event-stream", "X-Accel-Buffering: no");
            for (int i = 0; i < 5; i++) {
                request.send("data: " + i + "\n\n");
                assertThat(event(client)).isEqualTo("data: " + i + "\n\n");
            }
            request.end();
            assertThat(skipHeartbeats(client)).isNull();
        }
    }

    @Test
    void eventsSurviveBeingSplitAtEveryByte() {
        String events = "id: 1\r\ndata: {\"text\":\"grüße 世界\"}\r\n\r\n: comment\n\ndata: 2\n\n";
        try (RawClient client = alice.post(PING)) {
            RawBackend.Request request = system.backend().next().openEvents();
            for (byte one : events.getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
                request.send(new byte[] {one});
            }
            request.end();
            assertThat(latin(client)).isEqualTo(events);
        }
    }

    @Test
    void anIdleStreamIsKeptAliveOnlyBetweenLines() {
        try (RawClient client = alice.get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.chunk()).isEqualTo(":\n");
            request.send("data: half");
            assertThat(event(client)).isEqualTo("data: half");
            assertThat(request.isGivenUpWithin(1500)).isFalse();
            request.send(" a line\n\n");
            assertThat(client.chunk()).isEqualTo(" a line\n\n");
            assertThat(client.chunk()).isEqualTo(":\n");
        }
    }

    @Test
    void anEventStreamThatTheBackendCompressesUnaskedGetsNoHeartbeats() {
        try (RawClient client = alice.get()) {
            RawBackend.Request request = system.backend().next();
            request.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\n"
                    + "Connection: close\r\n\r\ncompressed\n");
            assertThat(client.head()).containsIgnoringCase("content-encoding: gzip");
            assertThat(client.chunk()).isEqualTo("compressed\n");
            assertThat(request.isGivenUpWithin(1500)).isFalse();
            request.send("too\n");
            assertThat(client.chunk()).isEqualTo("too\n");
        }
    }

    @Test
    void heartbeatsDoNotCutAStreamWhoseLengthTheBackendTold() {
        try (RawClient client = alice.post(PING)) {
            RawBackend.Request request = system.backend().next();
            request.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n"
                    + "Content-Length: 18\r\n\r\ndata: 1\n\n");
            assertThat(client.head()).doesNotContainIgnoringCase("content-length");
            assertThat(client.chunk()).isEqualTo("data: 1\n\n");
            assertThat(client.chunk()).isEqualTo(":\n");
            request.send("data: 2\n\n");
            request.end();
            assertThat(skipHeartbeats(client)).isEqualTo("data: 2\n\n");
            assertThat(skipHeartbeats(client)).isNull();
        }
    }

    @Test
    void anAnswerThatTheBackendBreaksOffHasNoEnd() {
        for (String type : new String[] {"application/json", "text/event-stream"}) {
            String tool = "broken_" + type.replaceAll("\\W", "_");
            try (RawClient client = alice.post(call(tool))) {
                RawBackend.Request request = system.backend().next();
                request.send("HTTP/1.1 200 OK\r\nContent-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "9\r\n{\"half\":\n\r\n");
                assertThat(client.chunk()).isEqualTo("{\"half\":\n");
                request.end();
                assertThat(client.rest()).doesNotContain("0\r\n");
            }
            awaitAudit(tool, "\"reason\":\"backend_broke_off\"");
        }
        assertThat(system.proxy().allLogs().lines().filter(line -> line.matches(".*SRVE\\d{4}[EW]:.*|\tat .*")))
                .isEmpty();
    }

    @Test
    void anAnswerThatIsShorterThanItsLengthHasNoEndEither() {
        try (RawClient client = alice.post(call("short_answer"))) {
            RawBackend.Request request = system.backend().next();
            request.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{\"half\":");
            assertThat(client.head()).containsIgnoringCase("content-length: 20");
            request.end();
            assertThat(client.rest()).isEqualTo("{\"half\":");
        }
        awaitAudit("short_answer", "\"reason\":\"backend_broke_off\"");
    }

    @Test
    void aDisconnectedStreamOfTheOlderEraDoesNotLeak() {
        RawBackend.Request request;
        try (RawClient client = alice.get("MCP-Protocol-Version: 2025-11-25")) {
            request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
        }
        assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue();
    }

    @Test
    void aStreamOfTheOlderEraWhoseClientLeftBeforeItBeganDoesNotLeak() {
        RawClient client = alice.get("MCP-Protocol-Version: 2025-11-25");
        RawBackend.Request request = system.backend().next();
        client.close();
        assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue();
    }

    @Test
    void aDisconnectBeforeTheAnswerCancelsNothingInTheOlderEra() {
        RawClient client = alice.post(call("left_alone"));
        RawBackend.Request request = system.backend().next();
        client.close();
        assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue();
        awaitAudit("left_alone", "\"reason\":\"backend_timeout\"");
    }

    /** Else whoever puts calls into an array would do what they like without a trace. */
    @Test
    void theAuditNamesEachToolOfABatch() {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":\"tools/call\",\"params\":{\"name\":\"%s\"}}";
        for (List<String> tools : List.of(List.of("batched_alone"), List.of("batched_first", "batched_second"))) {
            String batch = IntStream.range(0, tools.size())
                    .mapToObj(i -> call.formatted(i, tools.get(i)))
                    .collect(Collectors.joining(",", "[", "]"));
            try (RawClient client = alice.post(batch)) {
                system.backend().next().answer("200 OK\r\nContent-Type: application/json", "[]");
                assertThat(client.status()).isEqualTo(200);
            }
            tools.forEach(tool -> system.proxy()
                    .awaitConsole(
                            tool, console -> console.contains("\"method\":\"tools/call\",\"name\":\"" + tool + "\"")));
        }
    }

    @Test
    void theAuditNamesTheToolAndNeverAnArgument() {
        String call = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"audited_tool\","
                + "\"arguments\":{\"secret\":\"argument-of-the-tool\"}}}";
        try (RawClient client = alice.post(call)) {
            system.backend()
                    .next()
                    .answer("200 OK\r\nContent-Type: application/json", "{\"r\":\"result-of-the-tool\"}");
            assertThat(client.status()).isEqualTo(200);
        }
        system.proxy().awaitConsole("audited", console -> console.contains("\"name\":\"audited_tool\""));
        String logs = system.proxy().allLogs();
        assertThat(logs.contains("argument-of-the-tool")).isFalse();
        assertThat(logs.contains("result-of-the-tool")).isFalse();
        assertThat(logs.contains(alice.token())).isFalse();
    }

    @Test
    void theAuditNamesTheToolOfARefusedCallToo() {
        try (RawClient client = alice.post(call("mismatched_tool"), MODERN)) {
            assertThat(client.status()).isEqualTo(400);
        }
        awaitAudit("mismatched_tool", "\"reason\":\"header_mismatch\"");
        try (RawClient client = alice.post(call("sessionless_tool"), "Mcp-Session-Id: of-nobody")) {
            assertThat(client.status()).isEqualTo(404);
        }
        awaitAudit("sessionless_tool", "\"reason\":\"session_unknown\"");
    }

    @Test
    void aRequestWhoseIdIsNullIsNoNotification() {
        try (RawClient client = alice.post(
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/call\",\"params\":{\"name\":\"a\"}}", MODERN)) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.body()).contains("-32600");
        }
        assertThat(system.backend().isIdle()).isTrue();
    }

    @Test
    void aTokenWithoutTheScopeIsToldWhichItNeeds() {
        try (RawClient client =
                system.caller("alice", "inspector", "offline_access").post(PING)) {
            assertThat(client.status()).isEqualTo(403);
            assertThat(client.head()).contains("error=\"insufficient_scope\"", "scope=\"mcp\"");
        }
    }

    @Test
    void theEndpointForOktasTokensIsAbsentWithoutAnAudience() {
        try (RawClient client = RawClient.send(system.port(), "POST", "/okta/mcp", PING)) {
            assertThat(client.status()).isEqualTo(404);
        }
    }

    @Test
    void aStreamOfAnEndedGrantIsClosed() {
        RelaySystem.Caller bob = system.caller("bob", "inspector");
        try (RawClient client = bob.get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.chunk()).isEqualTo(":\n");
            bob.revoke();
            assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue();
        }
    }

    @Test
    void aSessionBelongsToItsOwner() {
        String session = "session-" + System.nanoTime();
        try (RawClient client = alice.post(PING)) {
            system.backend()
                    .next()
                    .answer("200 OK\r\nContent-Type: application/json\r\nMcp-Session-Id: " + session, "{}");
            assertThat(client.head()).contains(session);
        }
        for (RelaySystem.Caller other :
                new RelaySystem.Caller[] {system.caller("bob", "inspector"), system.caller("alice", "cursor")}) {
            try (RawClient client = other.post(PING, "Mcp-Session-Id: " + session)) {
                assertThat(client.status()).isEqualTo(404);
                assertThat(client.body()).contains("\"id\":7");
            }
            for (String method : new String[] {"GET", "DELETE"}) {
                try (RawClient client = other.send(method, "", "Mcp-Session-Id: " + session)) {
                    assertThat(client.status()).isEqualTo(404);
                }
            }
        }
        assertThat(system.backend().isIdle()).isTrue();
        try (RawClient client = alice.post(PING, "Mcp-Session-Id: " + session)) {
            system.backend().next().answer("200 OK\r\nContent-Type: application/json", "{}");
            assertThat(client.status()).isEqualTo(200);
        }
        try (RawClient client = alice.send("DELETE", "", "Mcp-Session-Id: " + session)) {
            system.backend().next().answer("200 OK", "");
            assertThat(client.status()).isEqualTo(200);
        }
        try (RawClient client = alice.post(PING, "Mcp-Session-Id: " + session)) {
            assertThat(client.status()).isEqualTo(404);
        }
    }

    @Test
    void aBackendThatDoesNotAnswerIsGivenUp() {
        try (RawClient client = alice.post(PING)) {
            RawBackend.Request request = system.backend().next();
            assertThat(client.status()).isEqualTo(504);
            assertThat(client.body()).contains("\"id\":7", "-32603");
            assertThat(request.isGivenUpWithin(PATIENCE_MILLIS)).isTrue();
        }
    }

    /** A server may send the head of a stream only with its first event. */
    @Test
    void aStreamThatAClientOpensMayBeginLater() {
        try (RawClient listener = alice.send("GET", "", "Accept: text/event-stream")) {
            RawBackend.Request opening = system.backend().next();
            try (RawClient client = alice.post(PING)) {
                system.backend().next();
                assertThat(client.status()).isEqualTo(504);
            }
            opening.answer("200 OK\r\nContent-Type: text/event-stream", "data: {}\n\n");

            assertThat(listener.status()).isEqualTo(200);
            assertThat(listener.body()).contains("data: {}");
        }
    }

    @Test
    void aBackendsChallengeAndRedirectDoNotReachTheClient() {
        for (String status : new String[] {"401 Unauthorized", "302 Found\r\nLocation: http://evil.example/"}) {
            try (RawClient client = alice.post(PING)) {
                system.backend().next().answer(status, "");
                assertThat(client.status()).isEqualTo(502);
                assertThat(client.head()).doesNotContain("WWW-Authenticate: ", "Location");
                assertThat(client.body()).contains("\"id\":7");
            }
        }
    }

    @Test
    void aBodyThatIsTooLongIsRefused() {
        try (RawClient client = alice.post(" ".repeat(4 * 1024 * 1024 + 1))) {
            assertThat(client.status()).isEqualTo(413);
        }
    }

    @Test
    void aBodyThatTheBackendWouldReadOtherwiseIsRefused() {
        try (RawClient client = alice.post(PING, "Content-Encoding: gzip")) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.body()).contains("-32700");
        }
        assertThat(system.backend().isIdle()).isTrue();
    }

    @Test
    void aHeaderThatDisagreesWithTheBodyIsRefused() {
        try (RawClient client = alice.post(MODERN_PING, "MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/list")) {
            assertThat(client.status()).isEqualTo(400);
            assertThat(client.body()).contains("-32020", "\"id\":7");
        }
        assertThat(system.backend().isIdle()).isTrue();
    }

    @Test
    void aSlowReaderSlowsTheBackend() throws IOException {
        int most = 64 * 1024 * 1024;
        try (RawClient client = alice.post(PING)) {
            RawBackend.Request request = system.backend().next();
            request.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: "
                    + most + "\r\n\r\n");
            assertThat(client.status()).isEqualTo(200);
            java.util.concurrent.atomic.AtomicInteger sent = new java.util.concurrent.atomic.AtomicInteger();
            Thread flood = new Thread(() -> {
                byte[] part = new byte[64 * 1024];
                while (sent.get() < most) {
                    request.send(part);
                    sent.addAndGet(part.length);
                }
            });
            flood.start();
            int before = -1;
            while (before != sent.get()) {
                before = sent.get();
                org.junit.jupiter.api.Assertions.assertFalse(request.isGivenUpWithin(500));
            }
            assertThat(before).isLessThan(16 * 1024 * 1024);
            byte[] part = new byte[64 * 1024];
            int read = 0;
            while (read < most) {
                int more = client.read(part);
                assertThat(more).as("after %s bytes", read).isPositive();
                read += more;
            }
            assertThat(read).isEqualTo(most);
        }
    }

    /** The attack: event streams that their client does not read, though events come and come. */
    @Test
    void whoReadsNothingHoldsUpNobodyElse() throws IOException {
        try (Deaf first = new Deaf();
                Deaf second = new Deaf()) {
            first.awaitStandstill();
            second.awaitStandstill();
            for (int i = 0; i < 3; i++) {
                try (RawClient client = system.caller("bob", "inspector").post(PING)) {
                    RawBackend.Request late = system.backend().next();
                    assertThat(late.isGivenUpWithin(100)).isFalse();
                    late.answer("200 OK\r\nContent-Type: application/json", "{}");
                    assertThat(client.status()).isEqualTo(200);
                }
            }
        }
    }

    /** A client of alice's with a stream that is flooded. */
    private static final class Deaf implements AutoCloseable {

        private final RawClient client = alice.get();
        private final RawBackend.Request request = system.backend().next().openEvents();
        private final AtomicInteger sent = new AtomicInteger();

        Deaf() {
            assertThat(client.status()).isEqualTo(200);
            Thread flood = new Thread(this::flood);
            flood.setDaemon(true);
            flood.start();
        }

        private void flood() {
            try {
                while (!request.socket().isClosed()) {
                    request.send("data: " + "x".repeat(1000) + "\n\n");
                    sent.incrementAndGet();
                }
            } catch (UncheckedIOException e) {
                // it has been given up
            }
        }

        /** Nothing more is taken from the backend, as nobody reads it. */
        void awaitStandstill() {
            int before = -1;
            while (before != sent.get()) {
                before = sent.get();
                assertThat(request.isGivenUpWithin(500)).isFalse();
            }
        }

        @Override
        public void close() throws IOException {
            client.close();
            request.socket().close();
        }
    }

    private static String call(String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\"}}";
    }

    /** A line of the audit about this tool that has this too. */
    private static void awaitAudit(String tool, String other) {
        system.proxy()
                .awaitConsole(
                        "audit of " + tool,
                        console -> console.lines()
                                .anyMatch(line -> line.contains("\"name\":\"" + tool + "\"") && line.contains(other)));
    }

    /** The next chunk that is no heartbeat. */
    private static String event(RawClient client) {
        return skipHeartbeats(client);
    }

    private static String skipHeartbeats(RawClient client) {
        String chunk = client.chunk();
        while (":\n".equals(chunk)) {
            chunk = client.chunk();
        }
        return chunk;
    }

    /** A body whose characters may be split over chunks; heartbeats would not come so fast. */
    private static String latin(RawClient client) {
        return new String(client.bytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
}
