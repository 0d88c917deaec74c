package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A backend that is this proxy, under another spelling, would have it call itself with a token for its own resource. */
class OwnResourcesTest {

    @TempDir
    Path folder;

    private final Map<String, String> written = new HashMap<>(Map.of(
            "OKTA_ORG_URL", "https://acme.okta.com",
            "OKTA_CLIENT_ID", "client",
            "OKTA_CLIENT_SECRET", "the-secret",
            "SESSION_SECRET_KEY", "00".repeat(32)));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/mcp",
                "/mcp/",
                "//mcp",
                "/mcp//",
                "/./mcp",
                "/mcp/.",
                "/../mcp",
                "/other/../mcp",
                "/other/%2e%2e/mcp",
                "/other/..;x/mcp",
                "/%6dcp",
                "/%256dcp",
                "/MCP",
                "/mcp;x=1",
                "/mcp%3bx",
                "/mcp?x",
                "/mcp/?x=y",
                "/mcp%3fx",
                "/files/mcp",
                "/files%2fmcp",
                "/files/%6Dcp/",
                "/okta/mcp",
                "/okta//mcp?x"
            })
    void noPathLeadsABackendBackHere(String path) {
        written.put("PUBLIC_URL", "https://proxy.example");

        assertThat(problemsAt("https://proxy.example" + path)).isOne();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://proxy.example:8443",
                "http://PROXY.example:8443",
                "http://proxy.example.:8443",
                "https://proxy.example:8443",
                "http://localhost:3009",
                "http://LOCALHOST:3009",
                "http://localhost.:3009",
                "http://mcp.localhost:3009",
                "http://127.0.0.1:3009",
                "http://127.9.8.7:3009",
                "http://0.0.0.0:3009",
                "http://[::1]:3009",
                "http://[0:0:0:0:0:0:0:1]:3009",
                "http://[::]:3009",
                "http://[::ffff:127.0.0.1]:3009",
                "http://node-1.internal",
                "http://node-1.internal:80",
                "http://alias.example",
                "https://alias.example:443",
                "http://10.0.0.5:3009"
            })
    void noNameLeadsABackendBackHere(String origin) {
        written.put("PUBLIC_URL", "https://proxy.example:8443");
        written.put("PROXY_PORT", "3009");
        written.put("NODE_URL", "http://node-1.internal");
        written.put("ALLOWED_HOSTS", "alias.example,10.0.0.5:3009");

        assertThat(problemsAt(origin + "/mcp")).isOne();
    }

    @Test
    void thePortOfTheSchemeNeedNotBeWritten() {
        written.put("PUBLIC_URL", "https://proxy.example:443");

        assertThat(problemsAt("https://proxy.example:443/mcp")).isOne();
        assertThat(problemsAt("HTTPS://Proxy.Example/mcp")).isOne();
        assertThat(problemsAt("http://proxy.example:443/mcp")).isOne();
    }

    @Test
    void aUserBeforeTheHostIsRefusedAnyhow() {
        written.put("PUBLIC_URL", "https://proxy.example");

        assertThat(problemsAt("https://user:word@proxy.example/mcp")).isOne();
    }

    /** Beside it on its machine, or behind the same gateway, may well be others. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8080/mcp",
                "https://proxy.example/internal/mcp",
                "https://proxy.example/mcp/x",
                "https://proxy.example/mcp2",
                "https://proxy.example/",
                "https://proxy.example",
                "https://proxy.example:8443/mcp",
                "https://mcp.proxy.example/mcp",
                "https://localhost.example:3001/mcp"
            })
    void whatIsElsewhereIsNoneOfOurs(String url) {
        written.put("PUBLIC_URL", "https://proxy.example");

        assertThat(problemsAt(url)).isZero();
    }

    /** How many; it is named once for each backend that leads here, and nothing else is wrong. */
    private int problemsAt(String url) {
        written.put("MCP_BACKENDS", "files,others");
        written.put("MCP_DEFAULT_BACKEND", "others");
        written.put("MCP_BACKENDS_OTHERS_URL", "http://others.internal/mcp");
        written.put("MCP_BACKENDS_FILES_URL", url);
        SettingsException refused = catchThrowableOfType(SettingsException.class, this::read);
        List<String> problems = refused == null ? List.of() : refused.problems();
        assertThat(problems).allMatch(problem -> problem.startsWith("MCP_BACKENDS_FILES_URL "));
        return problems.size();
    }

    private Settings read() {
        return WrittenSettings.read(written, folder);
    }
}
