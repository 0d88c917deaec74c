package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.bridge.LegacySseServer;
import org.mcpproxy.system.Postgres;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProxySystem;

/**
 * Sessions with a server over HTTP+SSE, each on one of two nodes; and what the node refuses that a request is handed on to. That one
 * has a policy already which the other has not read yet.
 */
class LegacySseNodesIT {

    private static final String OLD_POLICY = "mcp.tools.default=allow\n";
    private static final String NEW_POLICY = """
            mcp.tools.default=allow
            mcp.tools.wipe.max_age=300
            mcp.tools.wipe.acr_values=phr phrh
            mcp.tools.write.scopes=files.write
            mcp.tools.secret.groups=admins
            """;

    private static Postgres database;
    private static LegacySseServer server;
    private static RelaySystem first;
    private static RelaySystem second;

    private final RelaySystem.Caller ada = first.caller("00uada", "client");
    private final RelaySystem.Caller adaThere = new RelaySystem.Caller(second, ada.grant(), ada.token());
    private final String session = initialize(ada);

    @BeforeAll
    static void start() throws IOException {
        database = Postgres.start();
        server = LegacySseServer.start();
        ProxySystem.Plan one = ProxySystem.plan();
        String publicUrl = url(one.port());
        first = node(one, publicUrl, NEW_POLICY);
        second = node(ProxySystem.plan(), publicUrl, OLD_POLICY);
    }

    private static RelaySystem node(ProxySystem.Plan plan, String publicUrl, String policy) throws IOException {
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
                "POLICY_FILE",
                Preregistered.file(policy).toString(),
                "MCP_BACKEND",
                server.url().toString(),
                "MCP_BACKEND_TRANSPORT",
                "sse",
                "MCP_BACKEND_CREDENTIAL",
                "static",
                "MCP_BACKEND_CREDENTIAL_HEADER",
                "X-Api-Key",
                "MCP_BACKEND_CREDENTIAL_VALUE",
                "of-the-proxy");
    }

    @AfterAll
    static void stop() throws IOException {
        for (RelaySystem node : new RelaySystem[] {first, second}) {
            if (node != null) {
                node.close();
            }
        }
        server.close();
        database.close();
    }

    @Test
    void everyNodeServesASessionWhereverItLives() {
        assertThat(text(call(adaThere, "pid"))).isEqualTo(text(call(ada, "pid")));
        assertThat(text(call(adaThere, "token"))).contains("of-the-proxy");
        try (RawClient stream = adaThere.get(session)) {
            assertThat(stream.status()).isEqualTo(200);
            RawClient asking = call(ada, "ask");
            assertThat(stream.chunk()).contains("sampling/createMessage");
            try (RawClient answer = adaThere.post(
                    "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"hello\"}}", session)) {
                assertThat(answer.status()).isEqualTo(202);
            }
            assertThat(text(asking)).contains("hello");
        }
        try (RawClient deletion = adaThere.send("DELETE", "", session)) {
            assertThat(deletion.status()).isEqualTo(200);
        }
        assertThat(call(ada, "pid").status()).isEqualTo(404);
    }

    @Test
    void anotherUserFindsItAtNoNode() {
        for (RelaySystem node : List.of(first, second)) {
            assertThat(call(node.caller("00ubob", "client"), "pid").status()).isEqualTo(404);
        }
    }

    /** RFC 9470 3. */
    @Test
    void aStepUpThatTheOtherNodeDemandsReachesTheClientAsAChallenge() {
        for (RelaySystem.Caller caller : List.of(ada, adaThere)) {
            try (RawClient refused = call(caller, "wipe")) {
                assertThat(refused.status()).isEqualTo(401);
                assertThat(refused.head())
                        .contains(
                                "WWW-Authenticate: Bearer error=\"insufficient_user_authentication\"",
                                "acr_values=\"phr phrh\"",
                                "max_age=\"300\"",
                                "resource_metadata=\"" + url(first.port()))
                        .doesNotContainIgnoringCase("x-node-");
                assertThat(refused.body()).contains("insufficient_user_authentication");
            }
        }
        assertThat(server.heard()).noneMatch(heard -> heard.body().contains("\"name\":\"wipe\""));
        awaitAudit(second, "\"name\":\"wipe\"", "authentication_insufficient");
    }

    /** RFC 6750 3.1. */
    @Test
    void aScopeThatTheOtherNodeDemandsReachesTheClientAsAChallenge() {
        try (RawClient refused = call(adaThere, "write")) {
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.head())
                    .contains("WWW-Authenticate: Bearer error=\"insufficient_scope\"", "scope=\"mcp files.write\"");
        }
    }

    @Test
    void whatTheOtherNodeForbidsIsAnswerToTheRequest() {
        try (RawClient forbidden = call(adaThere, "secret")) {
            assertThat(forbidden.status()).isEqualTo(200);
            assertThat(forbidden.body()).contains("\"id\":5", "You may not use this tool");
        }
        awaitAudit(second, "\"name\":\"secret\"", "policy_forbids");
    }

    @Test
    void aServersChallengeIsPassedOnByNoNode() {
        for (RelaySystem.Caller caller : List.of(ada, adaThere)) {
            try (RawClient refused = call(caller, "challenge")) {
                assertThat(refused.status()).isEqualTo(502);
                assertThat(refused.head()).doesNotContainIgnoringCase("www-authenticate", "x-node-");
            }
        }
    }

    /** Such as what has been given the address of a node that is gone. */
    @Test
    void whateverListensAtTheAddressOfANodeGetsNeitherSecretNorRequest() throws Exception {
        try (FakeNode stranger = FakeNode.impostor();
                Connection connection = database.connection();
                PreparedStatement move = connection.prepareStatement("UPDATE mcp_session SET node_url = ?")) {
            move.setString(1, stranger.url());
            move.executeUpdate();

            try (RawClient client = call(adaThere, "pid")) {
                assertThat(client.status()).isEqualTo(404);
                assertThat(client.body()).contains("Initialize again");
            }
            assertThat(stranger.heard())
                    .singleElement()
                    .satisfies(heard -> assertThat(heard)
                            .contains("Authorization: Node ")
                            .doesNotContain("X-Api-Key", "of-the-proxy", "tools/call", "00uada", adaThere.token()));
        }
    }

    private static void awaitAudit(RelaySystem node, String... parts) {
        node.proxy()
                .awaitConsole(
                        "audit of " + List.of(parts),
                        console -> console.lines()
                                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    private static String url(int port) {
        return "http://localhost:" + port;
    }

    private static String initialize(RelaySystem.Caller caller) {
        try (RawClient opened = caller.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}")) {
            assertThat(opened.status()).isEqualTo(200);
            return opened.head()
                    .lines()
                    .filter(line -> line.toLowerCase().startsWith("mcp-session-id:"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private RawClient call(RelaySystem.Caller caller, String tool) {
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
}
