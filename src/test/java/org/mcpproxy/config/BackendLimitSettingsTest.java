package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Limits that are given for one backend: sizes and times instead of the general ones, counts beside them. */
class BackendLimitSettingsTest {

    @TempDir
    Path folder;

    private final Map<String, String> written = new HashMap<>(Map.of(
            "OKTA_ORG_URL", "https://acme.okta.com",
            "OKTA_CLIENT_ID", "client",
            "OKTA_CLIENT_SECRET", "the-secret",
            "SESSION_SECRET_KEY", "00".repeat(32),
            "MCP_BACKENDS", "files,old,web",
            "MCP_BACKENDS_FILES_COMMAND", "sh",
            "MCP_BACKENDS_OLD_URL", "http://old.internal/sse",
            "MCP_BACKENDS_OLD_TRANSPORT", "sse",
            "MCP_BACKENDS_WEB_URL", "http://web.internal/mcp"));

    @Test
    void withoutAnyTheGeneralSizesAndTimesHoldAndNothingIsCounted() {
        write("RELAY_MAX_BODY_BYTES", "5000");
        write("RELAY_CONCURRENT", "7");
        write("RELAY_HEARTBEAT", "PT3S");
        write("STDIO_PROCESSES", "8");
        write("SSE_SESSIONS", "9");

        RelayLimits web = limits("web");

        assertThat(web.sizes().body()).isEqualTo(5000);
        assertThat(web.times().heartbeat()).isEqualTo(Duration.ofSeconds(3));
        assertThat(web.counts()).isEqualTo(RelayLimits.Counts.NONE);
        assertThat(limits("files").stdio().counts()).isFalse();
        assertThat(limits("old").legacySse().counts()).isFalse();
    }

    @Test
    void thoseOfTheRelayHoldAtTheirBackendAlone() {
        write("RELAY_CONCURRENT", "7");
        write("RELAY_HEARTBEAT", "PT3S");
        ofWeb("RELAY_CONCURRENT", "11");
        ofWeb("RELAY_CONCURRENT_PER_USER", "12");
        ofWeb("RELAY_REQUESTS_PER_MINUTE", "13");
        ofWeb("RELAY_CONNECT_TIMEOUT", "PT1S");
        ofWeb("RELAY_FIRST_BYTE_TIMEOUT", "PT2S");
        ofWeb("RELAY_HEARTBEAT", "PT4S");
        ofWeb("RELAY_IDLE_TIMEOUT", "PT5S");
        ofWeb("RELAY_ANSWER_TIMEOUT", "PT6S");
        ofWeb("RELAY_MAX_BODY_BYTES", "2000");
        ofWeb("RELAY_MAX_HEADER_BYTES", "3000");

        Settings settings = read();
        RelayLimits web = limits("web");

        assertThat(web.counts()).isEqualTo(new RelayLimits.Counts(11, 12, 13));
        assertThat(web.times())
                .isEqualTo(new RelayLimits.Times(
                        RelayLimits.standard().times().body(),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(6)));
        assertThat(web.sizes().body()).isEqualTo(2000);
        assertThat(web.sizes().headers()).isEqualTo(3000);
        assertThat(settings.relayLimits().counts().atOnce()).isEqualTo(7);
        assertThat(settings.relayLimits().times().heartbeat()).isEqualTo(Duration.ofSeconds(3));
        assertThat(limits("files")).isEqualTo(settings.relayLimits().ofOneBackend());
    }

    @Test
    void oneCountAloneLeavesTheOthersUncounted() {
        ofWeb("RELAY_REQUESTS_PER_MINUTE", "13");

        assertThat(limits("web").counts())
                .isEqualTo(new RelayLimits.Counts(RelayLimits.UNCOUNTED, RelayLimits.UNCOUNTED, 13));
    }

    @Test
    void thoseOfProcessesAndOfSessionsToo() {
        write("MCP_BACKENDS_FILES_STDIO_PROCESSES", "3");
        write("MCP_BACKENDS_FILES_STDIO_PROCESSES_PER_USER", "2");
        write("MCP_BACKENDS_FILES_STDIO_IDLE_TIMEOUT", "PT4S");
        write("MCP_BACKENDS_FILES_STDIO_MAX_LINE_BYTES", "5000");
        write("MCP_BACKENDS_FILES_STDIO_LONGEST_BACKOFF", "PT6S");
        write("MCP_BACKENDS_OLD_SSE_SESSIONS", "7");
        write("MCP_BACKENDS_OLD_SSE_SESSIONS_PER_USER", "6");
        write("MCP_BACKENDS_OLD_SSE_IDLE_TIMEOUT", "PT5S");
        write("MCP_BACKENDS_OLD_SSE_MAX_EVENT_BYTES", "4000");

        assertThat(limits("files").stdio())
                .isEqualTo(new RelayLimits.Stdio(3, 2, 5000, Duration.ofSeconds(4), Duration.ofSeconds(6)));
        assertThat(limits("old").legacySse()).isEqualTo(new RelayLimits.LegacySse(7, 6, 4000, Duration.ofSeconds(5)));
        assertThat(read().relayLimits().stdio()).isEqualTo(RelayLimits.Stdio.standard());
    }

    @Test
    void theShortFormHasThemToo() {
        write("MCP_BACKEND", "http://localhost:1/mcp");
        write("MCP_BACKEND_RELAY_FIRST_BYTE_TIMEOUT", "PT2S");

        assertThat(read().backends().standard().orElseThrow().limits().times().firstByte())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(limits("web").times().firstByte())
                .isEqualTo(RelayLimits.standard().times().firstByte());
    }

    /** Else its longest would get 503 for ever on a small heap. */
    @Test
    void theNodeHasRoomForTheLongestBodyOfAnyBackend() {
        write("RELAY_MAX_BODY_BYTES", "2000");
        ofWeb("RELAY_MAX_BODY_BYTES", "16777216");

        RelayLimits.Sizes node = read().relayLimits().sizes();

        assertThat(node.body()).isEqualTo(2000);
        assertThat(node.bodiesOfUser()).isGreaterThanOrEqualTo(16_777_216);
        assertThat(node.bodies()).isGreaterThanOrEqualTo(16_777_216);
        assertThat(new RelayLimits.Sizes(1, 1, 1, 1).withRoomFor(5)).isEqualTo(new RelayLimits.Sizes(1, 1, 5, 5));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "MCP_BACKENDS_WEB_STDIO_PROCESSES             | 5     | for a command line alone",
                "MCP_BACKENDS_OLD_STDIO_IDLE_TIMEOUT          | PT5S  | for a command line alone",
                "MCP_BACKENDS_WEB_SSE_SESSIONS                | 5     | MCP_BACKENDS_WEB_TRANSPORT=sse",
                "MCP_BACKENDS_FILES_SSE_SESSIONS              | 5     | with a URL",
                "MCP_BACKENDS_FILES_RELAY_CONNECT_TIMEOUT     | PT5S  | with a URL",
                "MCP_BACKEND_RELAY_CONCURRENT                 | 5     | MCP_BACKEND, which is not set",
                "MCP_BACKEND_STDIO_PROCESSES                  | 5     | MCP_BACKEND, which is not set",
                "MCP_BACKENDS_WEB_RELAY_CONCURRENT            | 0     | from 1 to",
                "MCP_BACKENDS_WEB_RELAY_CONCURRENT_PER_USER   | many  | from 1 to",
                "MCP_BACKENDS_WEB_RELAY_FIRST_BYTE_TIMEOUT    | 10    | duration",
                "MCP_BACKENDS_FILES_STDIO_MAX_LINE_BYTES      | 1     | from 1024"
            })
    void oneThatBoundsNothingStopsTheStart(String setting, String value, String remedy) {
        write(setting, value);

        SettingsException refused = catchThrowableOfType(SettingsException.class, this::read);

        assertThat(refused).isNotNull();
        assertThat(refused.getMessage()).contains(setting, remedy);
    }

    private void ofWeb(String limit, String value) {
        write("MCP_BACKENDS_WEB_" + limit, value);
    }

    private void write(String setting, String value) {
        written.put(setting, value);
    }

    private RelayLimits limits(String backend) {
        return read().backends().at("/" + backend + "/mcp").orElseThrow().limits();
    }

    private Settings read() {
        return WrittenSettings.read(written, folder);
    }
}
