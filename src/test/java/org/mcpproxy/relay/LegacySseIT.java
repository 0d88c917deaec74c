package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.bridge.LegacySseServer;
import org.mcpproxy.system.Preregistered;

/** A server over HTTP+SSE of MCP 2024-11-05 behind the whole proxy. */
class LegacySseIT {

    private static final String POLICY = """
            mcp.tools.default=allow
            mcp.tools.secret.groups=admins
            """;

    private static LegacySseServer server;
    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        server = LegacySseServer.start();
        system = RelaySystem.start(
                "MCP_BACKEND", server.url().toString(),
                "MCP_BACKEND_TRANSPORT", "sse",
                "MCP_BACKEND_CREDENTIAL", "static",
                "MCP_BACKEND_CREDENTIAL_VALUE", "Bearer of-the-proxy",
                "POLICY_FILE", Preregistered.file(POLICY).toString());
    }

    @AfterAll
    static void stop() throws IOException {
        system.close();
        server.close();
    }

    @Test
    void aSessionIsItsOwnersAloneAndTheServerSeesTheProxysCredential() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        RelaySystem.Caller bob = system.caller("00ubob", "client");
        String session = initialize(ada);

        assertThat(call(bob, session, "pid").status()).isEqualTo(404);
        try (RawClient progress = call(ada, session, "progress")) {
            assertThat(progress.body())
                    .contains("\"progressToken\":\"tok\"")
                    .contains("\"id\":5,")
                    .contains("done");
        }
        try (RawClient credential = call(ada, session, "token")) {
            assertThat(credential.body()).contains("Bearer of-the-proxy");
        }
        assertThat(server.heard()).noneMatch(heard -> heard.toString().contains(ada.token()));
        try (RawClient deletion = ada.send("DELETE", "", session)) {
            assertThat(deletion.status()).isEqualTo(200);
        }
        assertThat(call(ada, session, "pid").status()).isEqualTo(404);
    }

    @Test
    void aServersRequestComesOnTheListeningStreamAndIsAnswered() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        String session = initialize(ada);
        try (RawClient stream = ada.get(session)) {
            assertThat(stream.status()).isEqualTo(200);
            try (RawClient asking = call(ada, session, "ask")) {
                assertThat(stream.chunk()).contains("sampling/createMessage");
                try (RawClient answer = ada.post(
                        "{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"hello\"}}", session)) {
                    assertThat(answer.status()).isEqualTo(202);
                }
                assertThat(asking.body()).contains("hello");
            }
        }
    }

    @Test
    void whatTheServerDoesNotTakeIsAnErrorWithTheIdOfItsRequest() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        String session = initialize(ada);

        try (RawClient refused = call(ada, session, "refuse")) {
            assertThat(refused.status()).isEqualTo(502);
            assertThat(refused.body()).contains("\"id\":5").contains("-32603");
        }
        try (RawClient ended = call(ada, session, "leave")) {
            assertThat(ended.status()).isEqualTo(502);
        }
        assertThat(call(ada, session, "pid").status()).isEqualTo(404);
    }

    @Test
    void thePolicyHoldsForCallsAndLists() {
        RelaySystem.Caller staff = system.memberOf("staff");
        RelaySystem.Caller admin = system.memberOf("admins");
        String ofStaff = initialize(staff);
        String ofAdmin = initialize(admin);

        assertThat(listed(staff, ofStaff)).contains("\"pid\"").doesNotContain("secret");
        assertThat(listed(admin, ofAdmin)).contains("\"pid\"", "\"secret\"");
        try (RawClient forbidden = call(staff, ofStaff, "secret")) {
            assertThat(forbidden.body()).contains("\"error\"", "You may not use this tool");
        }
        assertThat(server.heard()).noneMatch(heard -> heard.body().contains("\"name\":\"secret\""));
        awaitAudit("00uofstaff", "\"name\":\"secret\"", "policy_forbids");
    }

    @Test
    void theAuditSaysWhoCalledWhatAndHowItEnded() {
        RelaySystem.Caller eve = system.caller("00ueve", "client");
        String session = initialize(eve);
        call(eve, session, "pid").body();
        call(eve, session, "challenge").body();

        awaitAudit("00ueve", "\"method\":\"initialize\"", "\"status\":200");
        awaitAudit("00ueve", "\"name\":\"pid\"", "\"status\":200");
        awaitAudit("00ueve", "\"name\":\"challenge\"", "\"status\":502", "backend_refused_proxy");
    }

    /** Else a client would begin a sign-on anew, at the wish of a server. */
    @Test
    void aServersChallengeIsNoneOfOurs() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        String session = initialize(ada);

        try (RawClient refused = call(ada, session, "challenge")) {
            assertThat(refused.status()).isEqualTo(502);
            assertThat(refused.head()).doesNotContainIgnoringCase("www-authenticate", "x-node");
        }
    }

    private static void awaitAudit(String... parts) {
        system.proxy()
                .awaitConsole(
                        "audit of " + List.of(parts),
                        console -> console.lines()
                                .anyMatch(line -> List.of(parts).stream().allMatch(line::contains)));
    }

    private static String listed(RelaySystem.Caller caller, String session) {
        try (RawClient list =
                caller.post("{\"jsonrpc\":\"2.0\",\"id\":6,\"method\":\"tools/list\",\"params\":{}}", session)) {
            assertThat(list.status()).isEqualTo(200);
            return list.body();
        }
    }

    private static String initialize(RelaySystem.Caller caller) {
        try (RawClient opened = caller.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}")) {
            assertThat(opened.status()).isEqualTo(200);
            assertThat(opened.body()).contains("\"id\":0,");
            return opened.head()
                    .lines()
                    .filter(line -> line.toLowerCase().startsWith("mcp-session-id:"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static RawClient call(RelaySystem.Caller caller, String session, String tool) {
        return caller.post(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                        + "\",\"_meta\":{\"progressToken\":\"tok\"}}}",
                session);
    }
}
