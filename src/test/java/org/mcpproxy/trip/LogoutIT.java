package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Signing out is a decision of the person at this browser; applications stay connected. */
class LogoutIT {

    private static final String HTTPS = "https://app.example/callback";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.register(installation.proxy(), "none", HTTPS);
    private final Browser browser = new Browser();
    private final Answer tokens = client.redeem(
            OAuthClient.parameter(browser.signOn(client.authorizationUri(), "alice", client.redirectUri()), "code"));

    @Test
    void ourCookiesGoOktaEndsItsSessionAndTheGrantStays() {
        assertThat(browser.cookies().keySet()).anyMatch(name -> name.startsWith("mcp-consent-"));

        browser.get(installation.at("/oauth/device"));
        assertThat(browser.cookies()).containsKeys("mcp-device", "mcp-session");

        Page answer = signOut();

        assertThat(installation.proxy().console()).contains("\"event\":\"sign_out\"");
        URI next = answer.next().orElseThrow();
        assertThat(next.toString())
                .startsWith(installation.okta().endpoint(Endpoint.LOGOUT).toString());
        assertThat(OAuthClient.parameter(next, "id_token_hint"))
                .isIn(installation.okta().secretsIssued());
        assertThat(answer.header("Cache-Control")).startsWith("no-store");
        assertThat(browser.cookies().keySet()).noneMatch(name -> name.startsWith("mcp-"));
        assertThat(browser.get(next).next()).contains(installation.at("/"));
        assertThat(isAskedForThePassword()).isTrue();
        assertThatTheGrantLives();
    }

    @Test
    void theHintIsOfWhoSignedOnLast() {
        browser.get(signOut().next().orElseThrow());
        browser.signOn(client.authorizationUri(), "bob", client.redirectUri());

        assertThat(browser.get(signOut().next().orElseThrow()).next()).contains(installation.at("/"));
    }

    @Test
    void aBrowserThatNeverSignedOnIsNotSentToOktaAndToldSo() {
        Browser stranger = new Browser();

        assertThatOktaIsLeftToThePerson(stranger.submit(stranger.get(installation.at("/oauth/logout")), Map.of()));
    }

    @Test
    void withoutAnIdTokenOurCookiesGoAndThePersonIsToldThatOktasSessionMayGoOn() {
        client.revoke(tokens.get("refresh_token"));

        assertThatOktaIsLeftToThePerson(signOut());

        assertThat(browser.cookies().keySet()).noneMatch(name -> name.startsWith("mcp-"));
        assertThat(isAskedForThePassword()).isFalse();
    }

    @Test
    void aForgedSessionIsNone() {
        browser.cookies().put("mcp-session", new Secret("a guess").hash());

        assertThatOktaIsLeftToThePerson(signOut());
    }

    @Test
    void aLinkSignsNobodyOut() {
        browser.get(installation.at("/oauth/logout"));

        assertThat(browser.cookies().keySet()).anyMatch(name -> name.startsWith("mcp-consent-"));
    }

    @Test
    void aForgedFormSignsNobodyOut() {
        browser.get(installation.at("/oauth/logout"));
        String another = new Browser()
                .get(installation.at("/oauth/logout"))
                .hiddenFields()
                .get("csrf");
        for (Map<String, String> form : List.of(Map.<String, String>of(), Map.of("csrf", another))) {
            Page answer = browser.post(installation.at("/oauth/logout"), form);
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.next()).isEmpty();
        }

        assertThat(browser.cookies().keySet()).anyMatch(name -> name.startsWith("mcp-consent-"));
    }

    @Test
    void theFormCannotBeFramed() {
        Page page = browser.get(installation.at("/oauth/logout"));

        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(page.header("Content-Security-Policy")).contains("frame-ancestors 'none'");
    }

    private Page signOut() {
        return browser.submit(browser.get(installation.at("/oauth/logout")), Map.of());
    }

    /** No request goes to Okta that it would refuse. */
    private void assertThatOktaIsLeftToThePerson(Page answer) {
        String okta = installation.okta().issuer().getAuthority();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.next()).isEmpty();
        assertThat(answer.text())
                .contains("Signed out here", "still be signed in", okta)
                .contains("href=\"http://" + okta + "/\"")
                .doesNotContain(installation.okta().endpoint(Endpoint.LOGOUT).getPath());
    }

    private boolean isAskedForThePassword() {
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        Page answer = browser.submit(question, Map.of("decision", "allow"));
        return browser.follow(answer, client.redirectUri()).text().contains("name=\"password\"");
    }

    private void assertThatTheGrantLives() {
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
    }
}
