package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.CertificateFiles;

/** MCP servers over HTTP/2, with TLS and without, behind one proxy, which the last test ends. */
@TestMethodOrder(OrderAnnotation.class)
class Http2IT {

    private static final int LAST = Integer.MAX_VALUE;
    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final String MESSAGE =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\","
                    + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
    private static final String[] MODERN = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: a"
    };

    @TempDir
    static Path folder;

    private static TomcatBackend backend;
    private static RelaySystem system;

    @BeforeAll
    static void start() throws Exception {
        CertificateFiles files = new CertificateFiles(folder);
        backend = new TomcatBackend(files);
        Connector secure = backend.secure("good", false);
        Connector mutual = backend.secure("good", true);
        Connector cleartext = backend.cleartextHttp2(100);
        backend.start();
        String authority = files.certificate("authority").toString();
        system = RelaySystem.start(
                "MCP_BACKEND",
                TomcatBackend.url(mutual, "/").toString(),
                "MCP_BACKEND_TRUSTSTORE",
                authority,
                "MCP_BACKEND_CLIENT_CERT",
                files.certificate("client").toString(),
                "MCP_BACKEND_CLIENT_KEY",
                files.key("client").toString(),
                "MCP_BACKENDS",
                "tls,tls-stream,clear,clear-stream,older",
                "MCP_BACKENDS_TLS_URL",
                TomcatBackend.url(secure, "/").toString(),
                "MCP_BACKENDS_TLS_TRUSTSTORE",
                authority,
                "MCP_BACKENDS_TLS_STREAM_URL",
                TomcatBackend.url(secure, "/stream").toString(),
                "MCP_BACKENDS_TLS_STREAM_TRUSTSTORE",
                authority,
                "MCP_BACKENDS_CLEAR_URL",
                TomcatBackend.url(cleartext, "/").toString(),
                "MCP_BACKENDS_CLEAR_HTTP_VERSION",
                "2",
                "MCP_BACKENDS_CLEAR_STREAM_URL",
                TomcatBackend.url(cleartext, "/stream").toString(),
                "MCP_BACKENDS_CLEAR_STREAM_HTTP_VERSION",
                "2",
                "MCP_BACKENDS_OLDER_URL",
                RelaySystem.BACKEND);
    }

    @AfterAll
    static void stop() throws Exception {
        if (system != null) {
            system.close();
        }
        backend.close();
    }

    @Test
    void overTlsItIsAgreedOn() {
        RelaySystem.Caller ada = at("tls");
        for (int i = 0; i < 20; i++) {
            try (RawClient client = ada.post(MESSAGE, MODERN)) {
                assertThat(client.status()).isEqualTo(200);
                assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length());
            }
        }
    }

    @Test
    void withACertificateOfOurs() {
        try (RawClient client = system.caller("00uada", "client").post(MESSAGE, MODERN)) {
            assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length() + " CN=client");
        }
    }

    @Test
    void withoutTlsItIsSet() {
        try (RawClient client = at("clear").post(MESSAGE, MODERN)) {
            assertThat(client.status()).isEqualTo(200);
            assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tls-stream", "clear-stream"})
    void eventsComeOneByOneAndWhoLeavesIsToldOf(String name) throws Exception {
        backend.cancelled.drainPermits();
        try (RawClient client = at(name).post(MESSAGE, MODERN)) {
            assertThat(client.status()).isEqualTo(200);
            for (int i = 0; i < 3; i++) {
                backend.events.release();
                String heard = client.chunk();
                while (!heard.contains("event")) {
                    heard = client.chunk();
                }
                assertThat(heard).containsOnlyOnce("event");
            }
        }
        assertThat(backend.cancelled.tryAcquire(2, TimeUnit.SECONDS)).isTrue();
    }

    /** Left alone, the server waits 30 seconds for a stream to end by itself. */
    @Test
    @Order(LAST)
    void openStreamsDoNotHoldUpTheEndOfTheServer() {
        try (RawClient client = at("tls-stream").get();
                RawClient older = at("older").get()) {
            RawBackend.Request request = system.backend().next().openEvents();
            assertThat(client.status()).isEqualTo(200);
            assertThat(older.status()).isEqualTo(200);
            // a server that has not started altogether does not wait for anything
            system.proxy().awaitConsole("started", console -> console.contains("CWWKF0011I"));
            long begun = System.nanoTime();
            system.proxy().stop();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(QUICK);
            assertThat(request.isGivenUpWithin(1000)).isTrue();
            assertThat(system.proxy().console().lines().filter(line -> line.startsWith("\tat ")))
                    .isEmpty();
        }
    }

    private static RelaySystem.Caller at(String name) {
        return system.callerAt(name, "00uada", "client");
    }
}
