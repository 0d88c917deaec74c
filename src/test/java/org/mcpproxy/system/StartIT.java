package org.mcpproxy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartIT {

    private static final String SENTENCE = "Okta MCP OAuth Proxy cannot start.";

    @Test
    void oneMessageNamesEverySettingThatIsMissingOrWrong() {
        try (ProxySystem proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://okta.example.com/oauth2/default")
                .with("OKTA_CLIENT_SECRET", "a-secret-that-stays-one")
                .with("MCP_BACKEND", "python 'main.py")
                .with("SESSION_SECRET_KEY", "'too-short-to-be-a-key'")
                .launch()) {

            proxy.awaitConsole("the server up", console -> console.contains("CWWKF0011I"));

            assertThat(proxy.console().split(SENTENCE, -1)).hasSize(2);
            assertThat(proxy.console())
                    .contains(SENTENCE + " 4 settings must be mended:")
                    .contains("- OKTA_ISSUER must begin with https://")
                    .contains("- OKTA_CLIENT_ID is missing.")
                    .contains("- MCP_BACKEND has a quote (') that is not closed.")
                    .contains("- SESSION_SECRET_KEY must be at least 32 random bytes");
            assertThat(proxy.allLogs()).doesNotContain("a-secret-that-stays-one", "too-short-to-be-a-key");
            assertThat(proxy.isAlive())
                    .as("the server goes on for its other applications")
                    .isTrue();
            assertThat(proxy.isReady()).isFalse();
            assertThat(health(proxy, "/health/live")).isEqualTo(200);
            assertThat(health(proxy, "/health/started"))
                    .as("by which an orchestrator sees it")
                    .isEqualTo(503);
        }
    }

    private static int health(ProxySystem proxy, String path) {
        return OAuthClient.send(HttpRequest.newBuilder(proxy.at(path))).status();
    }

    /** Held against the rules once the settings are known to be good. */
    @Test
    void aBadFileOfClientsStopsTheStart(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("clients.json"), """
                [{"client_id": "reports", "client_secret": "a-secret-that-stays-one", "grant_types": ["password"]},
                 {"client_id": "https://app.example"}]
                """);
        try (ProxySystem proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "secret")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
                .with("CLIENTS_FILE", file)
                .launch()) {

            proxy.awaitConsole("the server up", console -> console.contains("CWWKF0011I"));

            assertThat(proxy.console().split(SENTENCE, -1)).hasSize(2);
            assertThat(proxy.console())
                    .contains(SENTENCE + " 5 settings must be mended:")
                    .contains("- CLIENTS_FILE (" + file + "): reports: client_secret must have 32 to 200 signs")
                    .contains("- CLIENTS_FILE (" + file + "): reports: grant_types must be some of")
                    .contains("- CLIENTS_FILE (" + file + "): Entry 2: client_id must have");
            assertThat(proxy.allLogs()).doesNotContain("a-secret-that-stays-one");
            assertThat(health(proxy, "/health/started")).isEqualTo(503);
        }
    }

    /** As a file of settings reaches the process: Liberty itself takes no quotes off. */
    @Test
    void quotesAreTakenOffWhateverLibertyReadsItself() {
        ProxySystem.Plan plan = ProxySystem.plan();
        try (ProxySystem proxy = plan.with("OKTA_ISSUER", "'http://localhost:9/oauth2/default'")
                .with("OKTA_CLIENT_ID", "\"client\"")
                .with("OKTA_CLIENT_SECRET", "\"secret\"")
                .with("MCP_BACKEND", "'http://localhost:9/mcp'")
                .with("PROXY_HOST", "'localhost'")
                .with("PROXY_PORT", "\"" + plan.port() + "\"")
                .with("LOGLEVEL", "\"DEBUG\"")
                .with("LOG_FORMAT", "'json'")
                .with("ACCESS_LOG", "'false'")
                .launch()) {

            proxy.awaitLive();

            assertThat(proxy.console()).doesNotContain(SENTENCE);
            proxy.awaitConsole("a log in JSON", console -> console.contains("\n{\""));
            assertThat(proxy.folder().resolve("logs/trace.log")).exists();
            assertThat(proxy.folder().resolve("logs/access.log")).isEmptyFile();
        }
    }
}
