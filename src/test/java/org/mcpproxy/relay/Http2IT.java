package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.catalina.connector.Connector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.CertificateFiles;

/** MCP servers over HTTP/2, with TLS and without, behind the whole proxy. */
class Http2IT {

    private static final Duration QUICK = Duration.ofSeconds(10);
    private static final String MESSAGE =
            "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"tools/call\",\"params\":{\"name\":\"a\","
                    + "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\"}}}";
    private static final String[] MODERN = {"MCP-Protocol-Version: 2026-07-28", "Mcp-Method: tools/call", "Mcp-Name: a"
    };

    @TempDir
    static Path folder;

    private static CertificateFiles files;
    private static TomcatBackend backend;
    private static Connector secure;
    private static Connector mutual;
    private static Connector cleartext;

    @BeforeAll
    static void start() throws Exception {
        files = new CertificateFiles(folder);
        backend = new TomcatBackend(files);
        secure = backend.secure("good", false);
        mutual = backend.secure("good", true);
        cleartext = backend.cleartextHttp2(100);
        backend.start();
    }

    @AfterAll
    static void stop() throws Exception {
        backend.close();
    }

    @Test
    void overTlsItIsAgreedOn() throws Exception {
        try (RelaySystem system = overTls("/")) {
            RelaySystem.Caller ada = system.caller("00uada", "client");
            for (int i = 0; i < 20; i++) {
                try (RawClient client = ada.post(MESSAGE, MODERN)) {
                    assertThat(client.status()).isEqualTo(200);
                    assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length());
                }
            }
        }
    }

    @Test
    void withACertificateOfOurs() throws Exception {
        try (RelaySystem system = RelaySystem.start(
                "MCP_BACKEND", TomcatBackend.url(mutual, "/").toString(),
                "MCP_BACKEND_TRUSTSTORE", files.certificate("authority").toString(),
                "MCP_BACKEND_CLIENT_CERT", files.certificate("client").toString(),
                "MCP_BACKEND_CLIENT_KEY", files.key("client").toString())) {
            try (RawClient client = system.caller("00uada", "client").post(MESSAGE, MODERN)) {
                assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length() + " CN=client");
            }
        }
    }

    @Test
    void withoutTlsItIsSet() throws Exception {
        try (RelaySystem system = cleartext("/")) {
            try (RawClient client = system.caller("00uada", "client").post(MESSAGE, MODERN)) {
                assertThat(client.status()).isEqualTo(200);
                assertThat(client.body()).isEqualTo("HTTP/2.0 " + MESSAGE.length());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void eventsComeOneByOneAndWhoLeavesIsToldOf(boolean tls) throws Exception {
        try (RelaySystem system = tls ? overTls("/stream") : cleartext("/stream")) {
            backend.cancelled.drainPermits();
            try (RawClient client = system.caller("00uada", "client").post(MESSAGE, MODERN)) {
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
    }

    @Test
    void anOpenStreamDoesNotHoldUpTheEndOfTheServer() throws Exception {
        try (RelaySystem system = overTls("/stream");
                RawClient client = system.caller("00uada", "client").get()) {
            assertThat(client.status()).isEqualTo(200);
            system.proxy().awaitConsole("started", console -> console.contains("CWWKF0011I"));
            long begun = System.nanoTime();
            system.proxy().stop();
            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(QUICK);
            assertThat(system.proxy().console().lines().filter(line -> line.startsWith("\tat ")))
                    .isEmpty();
        }
    }

    private static RelaySystem overTls(String path) throws Exception {
        return RelaySystem.start(
                "MCP_BACKEND", TomcatBackend.url(secure, path).toString(),
                "MCP_BACKEND_TRUSTSTORE", files.certificate("authority").toString());
    }

    private static RelaySystem cleartext(String path) throws IOException {
        return RelaySystem.start(
                "MCP_BACKEND", TomcatBackend.url(cleartext, path).toString(), "MCP_BACKEND_HTTP_VERSION", "2");
    }
}
