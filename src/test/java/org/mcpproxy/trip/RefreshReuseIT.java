package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/** A refresh token that comes again after the grace was stolen, or its successor was. Here the grace is over at once. */
class RefreshReuseIT {

    private static Installation installation;

    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());

    @BeforeAll
    static void start() {
        installation = Installation.start(ProxySystem.plan().with("REFRESH_GRACE_SECONDS", 0));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    void reuseRevokesTheWholeFamilyHereAndAtOkta() {
        Answer tokens = client.signOn("alice");
        Answer rotated = client.refresh(tokens.get("refresh_token"));
        assertThat(rotated.status()).isEqualTo(200);
        int revoked = installation.okta().requests().calls(Endpoint.REVOKE);

        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");

        assertThat(client.refresh(rotated.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
        assertThat(client.ping(rotated.get("access_token")).status()).isEqualTo(401);
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(installation.okta().requests().calls(Endpoint.REVOKE)).isEqualTo(revoked + 1);
    }

    @Test
    void aTokenFromLongAgoRevokesTheFamilyToo() {
        Answer first = client.signOn("alice");
        Answer newest =
                client.refresh(client.refresh(first.get("refresh_token")).get("refresh_token"));
        assertThat(newest.status()).isEqualTo(200);

        assertThat(client.refresh(first.get("refresh_token")).get("error")).isEqualTo("invalid_grant");

        assertThat(client.refresh(newest.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
    }
}
