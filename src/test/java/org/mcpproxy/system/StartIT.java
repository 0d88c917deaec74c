package org.mcpproxy.system;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StartIT {

    private static final String SENTENCE = "Okta MCP OAuth Proxy cannot start.";

    @Test
    void oneMessageNamesEverySettingThatIsMissingOrWrong() {
        try (ProxySystem proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://okta.example.com/oauth2/default")
                .with("OKTA_CLIENT_SECRET", "a-secret-that-stays-one")
                .with("MCP_BACKEND", "python main.py")
                .with("SESSION_SECRET_KEY", "'too-short-to-be-a-key'")
                .launch()) {

            proxy.awaitConsole("the server up", console -> console.contains("CWWKF0011I"));

            assertThat(proxy.console().split(SENTENCE, -1)).hasSize(2);
            assertThat(proxy.console())
                    .contains(SENTENCE + " 4 settings must be mended:")
                    .contains("- OKTA_ISSUER must begin with https://")
                    .contains("- OKTA_CLIENT_ID is missing.")
                    .contains("- MCP_BACKEND is a command line")
                    .contains("- SESSION_SECRET_KEY must be at least 32 random bytes");
            assertThat(proxy.allLogs()).doesNotContain("a-secret-that-stays-one", "too-short-to-be-a-key");
            assertThat(proxy.isAlive())
                    .as("the server goes on for its other applications")
                    .isTrue();
            assertThat(proxy.isReady()).isFalse();
        }
    }
}
