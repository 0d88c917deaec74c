package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.bridge.LegacySseServer;
import org.mcpproxy.fixture.CertificateFiles;

/**
 * A server over HTTP+SSE of MCP 2024-11-05 that is reached over TLS, with an authority of its own and a client's certificate; and
 * the bounds of time, which are short here.
 */
class LegacySseTlsIT {

    @TempDir
    private static Path folder;

    private static LegacySseServer server;
    private static RelaySystem system;

    private final RelaySystem.Caller ada = system.caller("00uada", "client");
    private final String session = initialize(ada);

    @BeforeAll
    static void start() throws Exception {
        CertificateFiles certificates = new CertificateFiles(folder);
        server = LegacySseServer.startSecure(certificates);
        system = RelaySystem.start(
                "MCP_BACKEND", server.url().toString(),
                "MCP_BACKEND_TRANSPORT", "sse",
                "MCP_BACKEND_CREDENTIAL", "none",
                "MCP_BACKEND_TRUSTSTORE", certificates.certificate("authority").toString(),
                "MCP_BACKEND_CLIENT_CERT", certificates.certificate("client").toString(),
                "MCP_BACKEND_CLIENT_KEY", certificates.key("client").toString(),
                "RELAY_FIRST_BYTE_TIMEOUT", "PT5S",
                "RELAY_IDLE_TIMEOUT", "PT3S",
                "RELAY_ANSWER_TIMEOUT", "PT6S");
    }

    @AfterAll
    static void stop() throws IOException {
        if (system != null) {
            system.close();
        }
        server.close();
    }

    @Test
    void itIsReachedOverTlsOfItsAuthorityWithOurCertificate() {
        assertThat(served()).contains("\"id\":5,");
        try (RawClient progress = call("progress")) {
            assertThat(progress.body()).contains("\"progressToken\":\"tok\"", "done");
        }
    }

    @Test
    void aListeningStreamThatIsSilentForTooLongEndsAndItsSessionGoesOn() {
        try (RawClient stream = ada.get(session)) {
            assertThat(stream.status()).isEqualTo(200);
            assertThat(stream.bytes()).isEmpty();
        }
        awaitTimeOutOf("GET");
        assertThat(served()).contains("\"id\":5,");
    }

    @Test
    void aListeningStreamEndsAtLastHoweverBusy() {
        try (RawClient stream = ada.get(session);
                RawClient chatter = call("chatter")) {
            assertThat(new String(stream.bytes(), StandardCharsets.UTF_8)).contains("still here");
            assertThat(brokenOff(chatter)).doesNotContain("data:");
        }
        assertThat(served()).contains("\"id\":5,");
    }

    @Test
    void anAnswerThatIsSilentForTooLongEnds() {
        try (RawClient hanging = call("hang")) {
            assertThat(hanging.head()).contains("text/event-stream");
            assertThat(brokenOff(hanging)).doesNotContain("data:");
        }
        awaitTimeOutOf("\"name\":\"hang\"");
    }

    @Test
    void anAnswerEndsAtLastHoweverBusy() {
        try (RawClient chatter = call("chatter")) {
            assertThat(brokenOff(chatter)).contains("still here").doesNotContain("\"id\":5");
        }
        awaitTimeOutOf("\"name\":\"chatter\"");
    }

    /** It has no event stream on which heartbeats could come. */
    @Test
    void aClientThatReadsNoEventsWaitsForTheFirstByteAsLongAsForAnyOther() {
        try (RawClient hanging = RawClient.send(
                system.port(),
                "POST",
                "/mcp",
                calling("hang"),
                "Authorization: Bearer " + ada.token(),
                "Content-Type: application/json",
                "Accept: application/json",
                session)) {
            assertThat(hanging.status()).isEqualTo(504);
            assertThat(hanging.body()).contains("\"id\":5", "-32603");
        }
    }

    /** Nobody may take it for the whole answer to their request. */
    private static String brokenOff(RawClient client) {
        String come = client.rest();
        assertThat(come).doesNotEndWith("0\r\n\r\n");
        return come;
    }

    private static void awaitTimeOutOf(String what) {
        system.proxy()
                .awaitConsole(
                        "audit of " + what,
                        console -> console.lines()
                                .anyMatch(line -> line.contains(what) && line.contains("answer_timeout")));
    }

    private String served() {
        try (RawClient client = call("pid")) {
            assertThat(client.status()).isEqualTo(200);
            return client.body();
        }
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

    private RawClient call(String tool) {
        return ada.post(calling(tool), session);
    }

    private static String calling(String tool) {
        return "{\"jsonrpc\":\"2.0\",\"id\":5,\"method\":\"tools/call\",\"params\":{\"name\":\"" + tool
                + "\",\"_meta\":{\"progressToken\":\"tok\"}}}";
    }
}
