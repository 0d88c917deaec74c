package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.oauth.Secret;

class StdioSettingsTest {

    @TempDir
    Path folder;

    private final Map<String, String> written = new HashMap<>(Map.of(
            "OKTA_ORG_URL", "https://acme.okta.com",
            "OKTA_CLIENT_ID", "client",
            "OKTA_CLIENT_SECRET", "the-secret",
            "SESSION_SECRET_KEY", "00".repeat(32)));

    @Test
    void whatIsNoUrlIsACommandLineWhoseProgramIsFoundInThePath() {
        written.put("MCP_BACKEND", "\"sh -c 'a b' $HOME\"");
        written.put("MCP_BACKEND_ENV_API_KEY", "secret");
        written.put("MCP_BACKENDS_FILES_ENV_OTHER", "of another");

        Backend backend = read().backends().standard().orElseThrow();
        StdioCommand command = backend.transport().command().orElseThrow();

        assertThat(backend.isOnNode()).isTrue();
        assertThat(backend.credential()).isEqualTo(new BackendCredential.None());
        assertThat(command.words().get(0)).startsWith("/").endsWith("/sh");
        assertThat(command.words().subList(1, 4)).containsExactly("-c", "a b", "$HOME");
        assertThat(command.environment()).isEqualTo(Map.of("API_KEY", new Secret("secret")));
        assertThat(command.toString()).doesNotContain("a b").doesNotContain("secret");
    }

    @Test
    void aProgramWithABlankInItsPathMayStandInQuotesAlone(@TempDir Path folder) throws IOException {
        Path program = Files.createFile(folder.resolve("my server"));
        assertThat(program.toFile().setExecutable(true)).isTrue();
        written.put("MCP_BACKEND", "\"" + program + "\"");

        assertThat(read().backends()
                        .standard()
                        .orElseThrow()
                        .transport()
                        .command()
                        .orElseThrow()
                        .words())
                .containsExactly(program.toString());
    }

    @Test
    void quotesThatArePartOfTheCommandLineStay() {
        written.put("MCP_BACKENDS", "files,web");
        written.put("MCP_BACKENDS_FILES_COMMAND", "'sh' 'a b'");
        written.put("MCP_BACKENDS_WEB_URL", "http://web.internal/mcp");

        Backends backends = read().backends();

        assertThat(backends.at("/files/mcp")
                        .orElseThrow()
                        .transport()
                        .command()
                        .orElseThrow()
                        .words())
                .last()
                .isEqualTo("a b");
        assertThat(backends.at("/web/mcp").orElseThrow().isOnNode()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "MCP_BACKEND                        | sh 'a",
                "MCP_BACKEND                        | no-such-program-at-all x",
                "MCP_BACKEND                        | ./relative",
                "MCP_BACKEND                        | ftp://files.internal/mcp",
                "MCP_BACKENDS_FILES_COMMAND         | sh \"a",
                "MCP_BACKENDS_FILES_COMMAND         | /etc/passwd",
                "MCP_BACKENDS_FILES_CREDENTIAL      | identity",
                "MCP_BACKENDS_FILES_CREDENTIAL      | static",
                "MCP_BACKENDS_FILES_URL             | http://files.internal/mcp",
                "MCP_BACKENDS_FILES_TRUSTSTORE      | /etc/ca.pem",
                "MCP_BACKENDS_FILES_ENV_A-B         | x",
                "MCP_BACKENDS_WEB_ENV_A             | x",
                "STDIO_PROCESSES                    | 0",
                "STDIO_PROCESSES_PER_USER           | many",
                "STDIO_IDLE_TIMEOUT                 | 10",
                "STDIO_MAX_LINE_BYTES               | 1",
                "STDIO_LONGEST_BACKOFF              | 0",
                "MCP_BACKENDS_FILES_TRANSPORT       | sse",
                "MCP_BACKENDS_WEB_TRANSPORT         | http",
                "MCP_BACKENDS_FILES_HTTP_VERSION    | 2",
                "MCP_BACKENDS_WEB_HTTP_VERSION      | 3",
                "MCP_BACKENDS_WEB_HTTP_VERSION      | h2c",
                "SSE_SESSIONS                       | 0",
                "SSE_SESSIONS_PER_USER              | many",
                "SSE_MAX_EVENT_BYTES                | 1",
                "SSE_IDLE_TIMEOUT                   | 10"
            })
    void whatIsWrongStopsTheStart(String setting, String value) {
        written.put("MCP_BACKENDS", "files,web");
        written.put("MCP_BACKENDS_FILES_COMMAND", "sh");
        written.put("MCP_BACKENDS_WEB_URL", "http://web.internal/mcp");
        written.put(setting, value);

        SettingsException refused = catchThrowableOfType(SettingsException.class, this::read);

        assertThat(refused).isNotNull();
        assertThat(refused.getMessage())
                .contains(setting.equals("MCP_BACKENDS_FILES_URL") ? "MCP_BACKENDS_FILES_COMMAND" : setting);
    }

    @ParameterizedTest
    @CsvSource({"2, HTTP_2", "1.1, HTTP_1_1", "'', NEGOTIATED"})
    void theVersionOfHttpIsTheOneThatIsSet(String value, BackendTransport.HttpVersion version) {
        written.put("MCP_BACKEND", "http://old.internal/sse");
        written.put("MCP_BACKEND_TRANSPORT", "sse");
        written.put("MCP_BACKEND_HTTP_VERSION", value);
        written.put("MCP_BACKENDS", "web");
        written.put("MCP_BACKENDS_WEB_URL", "https://web.internal/mcp");
        written.put("MCP_BACKENDS_WEB_HTTP_VERSION", value);

        Backends backends = read().backends();

        assertThat(backends.standard().orElseThrow().transport())
                .isEqualTo(BackendTransport.ofLegacySse(Optional.empty()).with(version));
        assertThat(backends.at("/web/mcp").orElseThrow().transport())
                .isEqualTo(new BackendTransport(Optional.empty()).with(version));
    }

    @Test
    void aUrlIsSpokenToAsItsTransportSays() {
        written.put("MCP_BACKEND", "http://old.internal/sse");
        written.put("MCP_BACKEND_TRANSPORT", "sse");
        written.put("MCP_BACKENDS", "web");
        written.put("MCP_BACKENDS_WEB_URL", "http://web.internal/mcp");
        written.put("MCP_BACKENDS_WEB_TRANSPORT", "streamable-http");

        Backends backends = read().backends();

        Backend old = backends.standard().orElseThrow();
        assertThat(old.transport().legacySse()).isTrue();
        assertThat(old.isOnNode()).isTrue();
        assertThat(old.credential()).isEqualTo(new BackendCredential.Identity());
        assertThat(backends.at("/web/mcp").orElseThrow().isOnNode()).isFalse();
    }

    @Test
    void noNamesSettingsAreAnothersVariables() {
        written.put("MCP_BACKENDS", "files,files-env-x");
        written.put("MCP_BACKENDS_FILES_COMMAND", "sh");
        written.put("MCP_BACKENDS_FILES_ENV_X_COMMAND", "sh");

        assertThat(catchThrowableOfType(SettingsException.class, this::read)).hasMessageContaining("MCP_BACKENDS");
    }

    private Settings read() {
        return WrittenSettings.read(written, folder);
    }
}
