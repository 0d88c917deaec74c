package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONArray;
import net.minidev.json.JSONObject;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.mcpproxy.okta.OktaOptions;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.ProxySystem;
import org.mcpproxy.system.Waiting;

/** What an Okta that is out of reach does to a node, before it was ready and after, and that it mends by itself. */
@TestMethodOrder(OrderAnnotation.class)
class HealthIT {

    /** Okta is looked for every 30 s at least. */
    private static final Duration A_LOOK_OR_TWO = Duration.ofSeconds(75);

    private static final String LOST = "Okta is lost";

    /** Okta's tokens end so soon that every refresh here asks for new ones there. */
    private static final OktaOptions OPTIONS = OktaOptions.custom().withAccessTokenLifetime(Duration.ofSeconds(50));

    private static Installation installation;

    @BeforeAll
    static void start() {
        installation = Installation.startWithoutOkta(
                ProxySystem.plan().named("health").with("OKTA_AUDIENCE", OPTIONS.audience()), OPTIONS);
    }

    @AfterAll
    static void stop() {
        if (installation != null) {
            installation.close();
        }
    }

    @Test
    @Order(1)
    void aNodeIsReadyOnlyWhenOktaHasBeenReachedAndThenByItself() {
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(get("/health/started").status())
                .as("or an outage of Okta would have it started anew again and again")
                .isEqualTo(200);
        assertHealth(503, "DOWN", "loading");
        assertSignOnIsPutOff(allow());
        assertMcpIsPutOff(OAuthClient.ping(installation.at("/okta/mcp"), oktaToken()));
        assertThat(warnings()).hasSize(1);

        installation.okta().reachable();

        Waiting.until("ready", A_LOOK_OR_TWO, () -> installation.proxy().isReady());
        assertHealth(200, "UP", "well");
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        assertThat(client.signOn("alice").status()).isEqualTo(200);
        assertThat(OAuthClient.ping(installation.at("/okta/mcp"), oktaToken()).status())
                .isEqualTo(200);
    }

    @Test
    @Order(2)
    void aNodeThatLosesOktaStaysReadyServesMcpAndRecoversByItself() {
        installation.okta().reachable();
        awaitWell();
        int warned = warnings().size();
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Answer tokens = client.signOn("alice");
        String oktaToken = oktaToken();
        Browser browser = new Browser();
        URI callback = signedOnAtOkta(browser);

        installation.okta().unreachable();

        for (int i = 0; i < 3; i++) {
            assertRefreshIsPutOff(client.refresh(tokens.get("refresh_token")));
        }
        assertSignOnIsPutOff(browser.get(callback));
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(OAuthClient.ping(installation.at("/okta/mcp"), oktaToken).status())
                .isEqualTo(200);
        assertHealth(200, "UP", "degraded");
        assertThat(get("/health/live").status()).isEqualTo(200);
        assertThat(warnings()).hasSize(warned + 1);

        installation.okta().reachable();

        awaitWell();
        Answer refreshed = client.refresh(tokens.get("refresh_token"));
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(client.ping(refreshed.get("access_token")).status()).isEqualTo(200);
        assertThat(warnings()).hasSize(warned + 1);
    }

    private static void awaitWell() {
        Waiting.until("well", A_LOOK_OR_TWO, () -> "well".equals(okta(health())));
    }

    private static void assertHealth(int status, String word, String okta) {
        Answer answer = health();
        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.get("status")).isEqualTo(word);
        assertThat(okta(answer)).isEqualTo(okta);
    }

    private static void assertSignOnIsPutOff(Page page) {
        assertThat(page.status()).isEqualTo(503);
        assertRetryAfter(page.header("Retry-After"));
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.text()).contains("Okta does not answer at the moment", "Request id:");
    }

    private static void assertMcpIsPutOff(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertRetryAfter(answer.header("Retry-After"));
        assertThat(answer.header("WWW-Authenticate")).isEmpty();
        assertThat(answer.json().get("error"))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("code", -32603L);
    }

    private static void assertRefreshIsPutOff(Answer answer) {
        assertThat(answer.status()).isEqualTo(503);
        assertRetryAfter(answer.header("Retry-After"));
        assertThat(answer.get("error")).isEqualTo("temporarily_unavailable");
    }

    private static void assertRetryAfter(String seconds) {
        assertThat(seconds).matches("[1-9]\\d?");
    }

    /** A person who allows a client, and should be sent to Okta then. */
    private static Page allow() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Browser browser = new Browser();
        Page consent = browser.follow(client.authorizationUri(), client.redirectUri());
        return browser.submit(consent, Map.of("decision", "allow"));
    }

    /** A person who has signed on at Okta: where Okta sends the browser back to. */
    private static URI signedOnAtOkta(Browser browser) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        URI callback = installation.at("/oauth/callback");
        Page consent = browser.follow(client.authorizationUri(), client.redirectUri());
        Page signIn = browser.follow(browser.submit(consent, Map.of("decision", "allow")), callback);
        Page signedIn = browser.follow(browser.submit(signIn, Map.of("username", "bob", "password", "bob")), callback);
        return signedIn.next().orElseThrow();
    }

    private static String oktaToken() {
        return installation.okta().forge(OktaUser.ALICE).signed();
    }

    private static Answer health() {
        return get("/health/ready");
    }

    private static String okta(Answer health) {
        JSONObject check = (JSONObject) ((JSONArray) health.json().get("checks")).get(0);
        return ((JSONObject) check.get("data")).getAsString("okta");
    }

    private static List<String> warnings() {
        return installation
                .proxy()
                .console()
                .lines()
                .filter(line -> line.contains(LOST))
                .toList();
    }

    private static Answer get(String path) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at(path)));
    }
}
