package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.mcpproxy.bridge.StdioServer;
import org.mcpproxy.system.Waiting;

/** A stdio server behind the whole proxy. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StdioIT {

    private static final String META =
            "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"," + "\"progressToken\":\"tok\"}";

    private static RelaySystem system;

    @BeforeAll
    static void start() throws IOException {
        system = RelaySystem.start(
                "MCP_BACKEND", StdioServer.commandLine("'a b'"),
                "MCP_BACKEND_ENV_GIVEN", "given",
                "MCP_BACKEND_CREDENTIAL", "none");
    }

    @AfterAll
    static void stop() throws IOException {
        system.close();
    }

    @Test
    @Order(1)
    void aSessionIsItsOwnersAlone() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        RelaySystem.Caller bob = system.caller("00ubob", "client");
        String session = initialize(ada);

        assertThat(call(bob, session, "pid").status()).isEqualTo(404);
        try (RawClient deletion = bob.send("DELETE", "", session)) {
            assertThat(deletion.status()).isEqualTo(404);
        }
        try (RawClient progress = call(ada, session, "progress")) {
            assertThat(progress.status()).isEqualTo(200);
            assertThat(progress.head()).contains("text/event-stream");
            assertThat(progress.body()).contains("\"progressToken\":\"tok\"").contains("done");
        }
        try (RawClient environment = call(ada, session, "env")) {
            assertThat(environment.body()).contains("GIVEN=given").doesNotContain("OKTA_CLIENT_SECRET", "PATH=");
        }
        try (RawClient arguments = call(ada, session, "args")) {
            assertThat(arguments.body()).contains("\"text\":\"a b\"");
        }
        try (RawClient deletion = ada.send("DELETE", "", session)) {
            assertThat(deletion.status()).isEqualTo(200);
        }
        assertThat(call(ada, session, "pid").status()).isEqualTo(404);
    }

    @Test
    @Order(2)
    void aServersRequestComesOnTheListeningStreamAndIsAnswered() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        String session = initialize(ada);
        try (RawClient stream = listening(ada, session);
                RawClient asking = call(ada, session, "ask")) {
            assertThat(stream.chunk()).contains("sampling/createMessage");
            try (RawClient answer =
                    ada.post("{\"jsonrpc\":\"2.0\",\"id\":\"of-server\",\"result\":{\"said\":\"hello\"}}", session)) {
                assertThat(answer.status()).isEqualTo(202);
            }
            assertThat(asking.body()).contains("hello");
        }
    }

    @Test
    @Order(3)
    void aModernDisconnectReachesTheProcessWithinASecond() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        RawClient hanging = modern(ada, "hang");
        awaitLog("mcp says: hanging 1");

        hanging.close();

        awaitLog("mcp says: heard {\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\"", Duration.ofSeconds(1));
        try (RawClient next = modern(ada, "pid")) {
            assertThat(next.status()).isEqualTo(200);
        }
    }

    @Test
    @Order(4)
    void theEndOfTheServerLeavesNoProcess() {
        RelaySystem.Caller ada = system.caller("00uada", "client");
        long pid;
        try (RawClient answer = modern(ada, "pid")) {
            pid = Long.parseLong(answer.body().replaceAll(".*\"text\":\"(\\d+)\".*", "$1"));
        }
        assertThat(ProcessHandle.of(pid)).isPresent();

        system.proxy().stop();

        Waiting.until(
                "the end of the process",
                Duration.ofSeconds(20),
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    private static void awaitLog(String line) {
        awaitLog(line, Duration.ofSeconds(30));
    }

    private static void awaitLog(String line, Duration most) {
        Waiting.until(line, most, () -> system.proxy().allLogs().contains(line));
    }

    private static String initialize(RelaySystem.Caller caller) {
        try (RawClient opened = caller.post("{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{}}")) {
            assertThat(opened.status()).isEqualTo(200);
            String header = opened.head()
                    .lines()
                    .filter(line -> line.toLowerCase().startsWith("mcp-session-id:"))
                    .findFirst()
                    .orElseThrow();
            assertThat(opened.body()).contains("\"id\":0,");
            return header;
        }
    }

    /** The server knows of the stream before it has something to say. */
    private static RawClient listening(RelaySystem.Caller caller, String session) {
        RawClient stream = caller.get(session);
        assertThat(stream.status()).isEqualTo(200);
        return stream;
    }

    private static RawClient call(RelaySystem.Caller caller, String session, String tool) {
        return caller.post(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                        + "\",\"_meta\":{\"progressToken\":\"tok\"}}}",
                session);
    }

    private static RawClient modern(RelaySystem.Caller caller, String tool) {
        return caller.post(
                "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool + "\"," + META
                        + "}}",
                "MCP-Protocol-Version: 2026-07-28",
                "Mcp-Method: tools/call",
                "Mcp-Name: " + tool);
    }
}
