package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.RecordedRequest;
import org.mcpproxy.okta.RequestLog;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.ProxySystem;

/**
 * The Okta session behind a grant, where Okta's tokens live so shortly that every refresh asks for it. The proxy proves who
 * it is by {@code private_key_jwt}.
 */
class OktaSessionIT {

    private static final Duration SHORTER_THAN_WE_RELY_ON = Duration.ofSeconds(30);

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.startWithKey(
                ProxySystem.plan(), OktaOptions.custom().withAccessTokenLifetime(SHORTER_THAN_WE_RELY_ON));
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @AfterEach
    void clear() {
        installation.okta().faults().clear();
    }

    @Test
    void anOutageOfOktaIsForATimeOnlyAndTheGrantLives() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        installation.okta().faults().on(Endpoint.TOKEN, Fault.status(500));

        Answer refused = client.refresh(tokens.get("refresh_token"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        assertThat(refused.get("error")).isEqualTo("temporarily_unavailable");
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        installation.okta().faults().clear();
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void oktasWordThatTheSessionHasEndedEndsTheGrant() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("bob");
        installation.okta().endSignOns(OktaUser.BOB);

        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
    }

    @Test
    void oktasNewRefreshTokenIsTheOneThatIsUsedNext() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        for (int i = 0; i < 3; i++) {
            tokens = client.refresh(tokens.get("refresh_token"));
            assertThat(tokens.status()).isEqualTo(200);
        }
    }

    @Test
    void manyRefreshesAtOnceLoseNoTokenOfOkta() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");

        List<Answer> answers = client.tokenAtOnce(20, client.refreshParameters(tokens.get("refresh_token")));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers.stream().map(answer -> answer.get("refresh_token")).distinct())
                .hasSize(1);
        assertThat(client.refresh(answers.get(0).get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void theKeyProvesWhoAsksOktaAndStandsInNoLog() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        client.revoke(
                client.refresh(client.signOn("alice").get("refresh_token")).get("refresh_token"));

        RequestLog requests = installation.okta().requests();
        assertThat(requests.to(Endpoint.REVOKE)).isNotEmpty();
        assertThat(Stream.of(Endpoint.TOKEN, Endpoint.REVOKE).flatMap(endpoint -> requests.to(endpoint).stream()))
                .extracting(RecordedRequest::clientAuthentication)
                .containsOnly("private_key_jwt");
        String logs = installation.proxy().allLogs();
        assertThat(installation.okta().secretsIssued())
                .filteredOn(secret -> secret.startsWith("eyJ"))
                .hasSizeGreaterThan(2)
                .noneMatch(logs::contains);
    }

    @Test
    void aKeyThatOktaRotatedToIsFetched() {
        installation.okta().rotateKeys();

        assertThat(OAuthClient.publicClient(installation.proxy())
                        .signOn("alice")
                        .status())
                .isEqualTo(200);
    }
}
