package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.RecordedRequest;
import org.mcpproxy.okta.TokenFault;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem.Plan;

/** Sign-ons with an application in Okta that must prove possession of a key (DPoP, RFC 9449), with Okta's nonce. */
class BoundAtOktaIT {

    /** Tokens that end so soon that each refresh of a client asks Okta. */
    private static final OktaOptions DEMANDING =
            OktaOptions.custom().withProofs().withAccessTokenLifetime(Duration.ofSeconds(30));

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.start(proving(), DEMANDING);
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
        installation.okta().requests().clear();
    }

    private static Plan proving() {
        return Installation.generous().with("OKTA_DPOP", "on");
    }

    @Test
    void aPersonSignsOnCallsAndRefreshesWithAKeyOfTheGrant() {
        int keys = keys(installation).size();
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        Answer tokens = client.signOn("alice");
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);

        assertThat(keys(installation)).hasSize(keys + 1);
        OAuthClient.publicClient(installation.proxy()).signOn("alice");
        assertThat(keys(installation)).hasSize(keys + 2);
    }

    /** The first one after it has no nonce, and the grant's key is where its tokens are. */
    @Test
    void afterARestartAGrantIsRefreshedWithItsKey() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        installation.okta().renewProofNonce();
        Answer tokens = client.signOn("alice");
        Set<String> keys = keys(installation);
        assertThat(statuses(installation, Endpoint.TOKEN)).containsExactly(400, 200);
        installation.proxy().stop();
        installation.okta().requests().clear();

        installation.proxy().startAgain();
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        Answer again = client.refresh(refreshed.get("refresh_token"));

        assertThat(again.status()).isEqualTo(200);
        assertThat(statuses(installation, Endpoint.TOKEN)).containsExactly(400, 200, 200);
        assertThat(keys(installation)).isEqualTo(keys);
    }

    @Test
    void anOldNonceCostsOneMoreCallAndNoRefreshToken() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        installation.okta().requests().clear();
        installation.okta().renewProofNonce();

        Answer refreshed = client.refresh(tokens.get("refresh_token"));

        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(client.refresh(refreshed.get("refresh_token")).status()).isEqualTo(200);
        assertThat(statuses(installation, Endpoint.TOKEN)).containsExactly(400, 200, 200);
    }

    @Test
    void userInfoIsAskedByTheHolderOfTheKey() {
        installation.okta().faults().tokens(TokenFault.THIN_ID_TOKEN);
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        assertThat(client.signOn("alice").get("access_token")).isNotEmpty();

        assertThat(installation.okta().requests().to(Endpoint.USERINFO))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.clientAuthentication()).isEqualTo("dpop");
                    assertThat(request.status()).isEqualTo(200);
                });
    }

    /** Nothing of it is the client's fault, so its grant stays. */
    @Test
    void aNonceThatOktaNeverTakesIsAnOutageAndNoEndOfTheGrant() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        installation
                .okta()
                .faults()
                .on(
                        Endpoint.TOKEN,
                        new Fault.Answer(
                                400,
                                Map.of("Content-Type", "application/json", "dpop-nonce", "another"),
                                "{\"error\":\"use_dpop_nonce\"}"));
        installation.okta().requests().clear();

        Answer refused = client.refresh(tokens.get("refresh_token"));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isNotEmpty();
        assertThat(installation.okta().requests().calls(Endpoint.TOKEN)).isEqualTo(2);
        installation.okta().faults().clear();
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void aProxyWithAKeyOfItsOwnProvesBoth() {
        try (Installation keyed = Installation.startWithKey(proving(), DEMANDING.withPushedRequests())) {
            OAuthClient client = OAuthClient.publicClient(keyed.proxy());

            Answer tokens = client.signOn("alice");
            keyed.okta().renewProofNonce();

            assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
            assertThat(keyed.okta().requests().to(Endpoint.TOKEN)).hasSize(4).allSatisfy(request -> {
                assertThat(request.clientAuthentication()).isEqualTo("private_key_jwt");
                assertThat(request.headerNames()).contains("dpop");
            });
        }
    }

    @Test
    void switchedOffNobodySignsOnAndTheLogSaysWhatIsMissing() {
        try (Installation plain = Installation.start(Installation.generous(), DEMANDING)) {
            OAuthClient client = OAuthClient.publicClient(plain.proxy());
            Browser browser = new Browser();
            Page question = browser.follow(client.authorizationUri(), client.redirectUri());

            URI answer = browser.signOn(
                    browser.submit(question, Map.of("decision", "allow")), "alice", client.redirectUri());

            assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("server_error");
            assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
            plain.proxy().awaitConsole("refused", console -> console.contains("with invalid_dpop_proof"));
            assertThat(keys(plain)).isEmpty();
        }
    }

    private static Set<String> keys(Installation at) {
        return at.okta().possessionKeys();
    }

    private static List<Integer> statuses(Installation at, Endpoint endpoint) {
        return at.okta().requests().to(endpoint).stream()
                .map(RecordedRequest::status)
                .toList();
    }
}
