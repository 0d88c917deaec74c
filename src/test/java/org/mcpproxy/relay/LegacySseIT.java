package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.bridge.LegacySseServer;

/** A server over HTTP+SSE of MCP 2024-11-05 behind the whole proxy. */
class LegacySseIT {

    private static LegacySseServer server;
    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        server = LegacySseServer.start();
        system = RelaySystem.start(
                "MCP_BACKEND", server.url().toString(),
                "MCP_BACKEND_TRANSPORT", "sse",
                "MCP_BACKEND_CREDENTIAL", "static",
                "MCP_BACKEND_CREDENTIAL_VALUE", "Bearer of-the-proxy");
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
