package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

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
}
