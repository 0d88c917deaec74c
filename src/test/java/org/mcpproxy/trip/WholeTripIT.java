package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** The main job: a client registers, a person allows it and signs on, and the client calls the MCP server. */
class WholeTripIT {

    private final Installation installation = Installation.shared();

    @Test
    void aClientSignsOnCallsRefreshesAndDisconnects() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        URI answer = new Browser().signOn(client.authorizationUri(), "alice", client.redirectUri());
        assertThat(OAuthClient.parameter(answer, "state")).isEqualTo(client.state());
        assertThat(OAuthClient.parameter(answer, "iss"))
                .isEqualTo(installation.at("").toString());

        Answer tokens = client.redeem(OAuthClient.parameter(answer, "code"));
        assertThat(tokens.status()).isEqualTo(200);
        assertThat(tokens.header("Cache-Control")).isEqualTo("no-store");
        assertThat(tokens.get("scope")).isEqualTo("mcp offline_access");
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);

        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(refreshed.get("refresh_token")).isNotEqualTo(tokens.get("refresh_token"));
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(200);

        assertThat(client.revoke(refreshed.get("refresh_token")).status()).isEqualTo(200);
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(401);
        assertThat(client.refresh(refreshed.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
    }

    /** As Claude and others do: they register for refresh tokens, and ask for the baseline alone, or for nothing. */
    @Test
    void aClientThatMayRefreshNeedNotAskToBeAllowedTo() {
        for (String scope : new String[] {"mcp", null}) {
            OAuthClient client = OAuthClient.publicClient(installation.proxy());
            Map<String, String> request = new HashMap<>(client.authorizationParameters());
            request.compute("scope", (name, asked) -> scope);

            Answer tokens = client.redeem(OAuthClient.parameter(
                    new Browser().signOn(client.authorizationUri(request), "alice", client.redirectUri()), "code"));

            assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
        }
    }

    @Test
    void thePageForPeopleSaysWhatToConnectToAndHow() {
        Page home = new Browser().get(installation.at("/"));

        assertThat(home.status()).isEqualTo(200);
        assertThat(home.text())
                .contains(
                        "Model Context Protocol",
                        "<pre>" + installation.at("/mcp") + "</pre>",
                        "claude mcp add --transport http company " + installation.at("/mcp"),
                        "Cursor",
                        "VS Code",
                        "npx @modelcontextprotocol/inspector");
    }
}
