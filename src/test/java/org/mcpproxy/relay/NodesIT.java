package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.mcpproxy.bridge.StdioServer;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Postgres;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** Sessions of a stdio server, whose process is on one of two nodes. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class NodesIT {

    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}";

    private static Postgres database;
    private static RelaySystem first;
    private static RelaySystem second;

    @BeforeAll
    static void start() throws IOException {
        database = Postgres.start();
        ProxySystem.Plan one = ProxySystem.plan();
        String publicUrl = url(one.port());
        first = node(one, publicUrl);
        second = node(ProxySystem.plan(), publicUrl);
    }

    private static RelaySystem node(ProxySystem.Plan plan, String publicUrl) throws IOException {
        return RelaySystem.start(
                plan,
                "PUBLIC_URL",
                publicUrl,
                "NODE_URL",
                url(plan.port()),
                "SESSION_SECRET_KEY",
                "ab".repeat(32),
                "DATABASE_URL",
                database.url(),
                "DATABASE_USER",
                Postgres.USER,
                "MCP_BACKEND",
                StdioServer.commandLine(""),
                "MCP_BACKEND_CREDENTIAL",
                "none");
    }

    @AfterAll
    static void stop() throws IOException {
        for (RelaySystem node : new RelaySystem[] {first, second}) {
            if (node != null) {
                node.close();
            }
        }
        database.close();
    }

    @Test
    @Order(1)
    void everyNodeServesASessionWhereverItLives() {
        RelaySystem.Caller ada = first.caller("00uada", "client");
        RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
        String session = initialize(ada);

        assertThat(text(call(adaThere, session, "pid"))).isEqualTo(text(call(ada, session, "pid")));
        try (RawClient stream = listening(adaThere, session);
                RawClient asking = call(ada, session, "ask")) {
            assertThat(stream.chunk()).contains("sampling/createMessage");
            try (RawClient answer = adaThere.post(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"hello\"}}", session)) {
                assertThat(answer.status()).isEqualTo(202);
                assertThat(answer.head()).doesNotContainIgnoringCase("x-node-proof");
            }
            assertThat(asking.body()).contains("hello");
        }
        try (RawClient deletion = adaThere.send("DELETE", "", session)) {
            assertThat(deletion.status()).isEqualTo(200);
        }
        assertThat(call(ada, session, "pid").status()).isEqualTo(404);
    }

    @Test
    @Order(2)
    void anotherUserFindsItAtNoNode() {
        String session = initialize(first.caller("00uada", "client"));

        for (RelaySystem node : new RelaySystem[] {first, second}) {
            assertThat(call(node.caller("00ubob", "client"), session, "pid").status())
                    .isEqualTo(404);
        }
    }

    @Test
    @Order(3)
    void aRevocationEndsWhatWasHandedOn() {
        RelaySystem.Caller ada = first.caller("00uada", "client");
        RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
        String session = initialize(ada);
        try (RawClient stream = listening(adaThere, session)) {
            adaThere.revoke();
            assertThat(stream.chunk()).isNull();
        }
        assertThat(call(adaThere, session, "pid").status()).isEqualTo(401);
    }

    @Test
    @Order(4)
    void whoeverIsNoNodeIsRefused() {
        for (String pass : new String[] {"", "x", "eyJ1c2VyIjoiMDB1YWRhIn0"}) {
            try (RawClient client = RawClient.send(
                    first.port(),
                    "POST",
                    "/mcp",
                    INITIALIZE,
                    "Authorization: Node " + pass,
                    "Content-Type: application/json",
                    "Accept: application/json, text/event-stream")) {
                assertThat(client.status()).isEqualTo(401);
            }
        }
    }

    /** Whose a session is and where it lives is sealed in its name. */
    @Test
    @Order(5)
    void withoutTheDatabaseSessionsAreOpenedServedAndEndedAtEveryNode() {
        RelaySystem.Caller ada = first.caller("00uada", "client");
        RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
        RelaySystem.Caller bob = first.caller("00ubob", "client");
        RelaySystem.Caller bobThere = new RelaySystem.Caller(second, bob.grant(), bob.token());
        String before = initialize(ada);
        database.stop();
        try {
            awaitStore("degraded");
            String during = initialize(ada);
            for (String session : List.of(before, during)) {
                assertThat(text(call(adaThere, session, "pid"))).isEqualTo(text(call(ada, session, "pid")));
                for (RelaySystem.Caller other : List.of(bob, bobThere)) {
                    assertThat(call(other, session, "pid").status()).isIn(404, 503);
                }
            }
            try (RawClient deletion = adaThere.send("DELETE", "", during)) {
                assertThat(deletion.status()).isEqualTo(200);
            }
            assertThat(call(ada, during, "pid").status()).isEqualTo(404);
        } finally {
            database.startAgain();
        }
        awaitStore("well");
        assertThat(text(call(adaThere, before, "pid"))).isEqualTo(text(call(ada, before, "pid")));
    }

    private static void awaitStore(String state) {
        for (RelaySystem node : new RelaySystem[] {first, second}) {
            Waiting.until(
                    "the store " + state,
                    Duration.ofSeconds(40),
                    () -> OAuthClient.send(HttpRequest.newBuilder(node.proxy().at("/health/ready")))
                            .text()
                            .contains("\"store\":\"" + state + "\""));
        }
    }

    /** Its system accepts connections all the same. Only a session of before is here again once it goes on. */
    @Test
    @Order(6)
    void aSessionIsGoneWhileItsNodeStandsStill() {
        RelaySystem.Caller ada = first.caller("00uada", "client");
        RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
        String session = initialize(ada);
        String pid = text(call(ada, session, "pid"));
        first.proxy().freeze();
        try {
            Waiting.until("the session is gone", Duration.ofSeconds(40), () -> isGone(adaThere, session));
            assertThat(initialize(adaThere)).isNotEqualTo(session);
        } finally {
            first.proxy().thaw();
        }
        Waiting.until("the node goes on", Duration.ofSeconds(40), () -> !isGone(adaThere, session));
        assertThat(text(call(adaThere, session, "pid"))).isEqualTo(pid);
    }

    /** One that was handed on just when its node was stopped gets no answer. */
    private static boolean isGone(RelaySystem.Caller caller, String session) {
        try (RawClient client = call(caller, session, "pid")) {
            return client.status() == 404;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    /** The client initializes again, wherever its next request comes to. */
    @Test
    @Order(7)
    void aSessionEndsWithItsNodeAndNobodyTakesItsPlace() throws Exception {
        RelaySystem.Caller ada = first.caller("00uada", "client");
        RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
        String session = initialize(ada);
        first.proxy().kill();

        try (RawClient client = call(adaThere, session, "pid")) {
            assertThat(client.status()).isEqualTo(404);
            assertThat(client.body()).contains("Initialize again");
        }
        try (Deaf deaf = new Deaf(first.port());
                RawClient client = call(adaThere, session, "pid")) {
            assertThat(client.status()).isEqualTo(404);
            assertThat(deaf.isHearing()).isFalse();
        }
        try (FakeNode impostor = FakeNode.impostor(first.port());
                RawClient client = call(adaThere, session, "pid")) {
            assertThat(client.status()).isEqualTo(404);
            assertThat(client.body()).doesNotContain("believe me");
            assertThat(client.head()).doesNotContainIgnoringCase("www-authenticate");
            assertThat(impostor.heard())
                    .singleElement()
                    .satisfies(heard -> assertThat(heard)
                            .contains("Authorization: Node ")
                            .doesNotContain(ada.token(), "Bearer", "00uada", "tools/call"));
        }
        assertThat(initialize(adaThere)).isNotEqualTo(session);
    }

    private static String url(int port) {
        return "http://localhost:" + port;
    }

    private static String initialize(RelaySystem.Caller caller) {
        try (RawClient opened = caller.post(INITIALIZE)) {
            assertThat(opened.status()).isEqualTo(200);
            return opened.head()
                    .lines()
                    .filter(line -> line.toLowerCase().startsWith("mcp-session-id:"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static RawClient listening(RelaySystem.Caller caller, String session) {
        RawClient stream = caller.get(session);
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    private static RawClient call(RelaySystem.Caller caller, String session, String tool) {
        return caller.post(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\"}}",
                session);
    }

    private static String text(RawClient client) {
        try (client) {
            assertThat(client.status()).isEqualTo(200);
            return client.body();
        }
    }

    /** Takes no more connections, so that none is accepted or refused: as a host that has no power. */
    private static final class Deaf implements AutoCloseable {

        private static final int PROBE_MILLIS = 300;

        private final ServerSocket listener;
        private final List<Socket> waiting = new ArrayList<>();

        Deaf(int port) throws IOException {
            listener = new ServerSocket(port, 1, InetAddress.getByName("localhost"));
            while (isHearing()) {
                // until nobody is heard
            }
        }

        boolean isHearing() throws IOException {
            Socket next = new Socket();
            waiting.add(next);
            try {
                next.connect(listener.getLocalSocketAddress(), PROBE_MILLIS);
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            }
        }

        @Override
        public void close() throws IOException {
            for (Socket each : waiting) {
                each.close();
            }
            listener.close();
        }
    }
}
