package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** When a person is not asked again: a convenience that must never become a way around the question. */
class RememberedConsentIT {

    private static final String HTTPS = "https://app.example/callback";
    private static final String OTHER = "https://app.example/other";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = httpsClient();
    private final Browser browser = new Browser();

    @Test
    void theSameQuestionOfAnHttpsClientIsNotAskedTwice() {
        allow(client);

        assertThat(isAsked(browser, client.authorizationParameters())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:8123/callback", "http://localhost/callback", "cursor://callback", "a.b:/c"})
    void aClientOnThisComputerIsAskedForEveryTime(String redirectUri) {
        OAuthClient local = OAuthClient.register(installation.proxy(), "none", redirectUri);
        allow(local);

        assertThat(asked(browser, local, local.authorizationParameters())).isTrue();
    }

    @Test
    void anotherClientAtTheSameAddressIsAskedFor() {
        allow(client);
        OAuthClient impostor = httpsClient();

        assertThat(asked(browser, impostor, impostor.authorizationParameters())).isTrue();
    }

    @Test
    void anotherAddressOfTheSameClientIsAskedFor() {
        allow(client);
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("redirect_uri", OTHER);

        assertThat(isAsked(browser, parameters)).isTrue();
    }

    @Test
    void moreScopesThanWereAllowedAreAskedFor() {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("scope", "mcp");
        browser.signOn(client.authorizationUri(parameters), "alice", client.redirectUri());
        assertThat(isAsked(browser, parameters)).isFalse();

        parameters.put("scope", "mcp offline_access");

        assertThat(isAsked(browser, parameters)).isTrue();
    }

    @Test
    void aClientMayInsistOnTheQuestion() {
        allow(client);
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("prompt", "consent");

        assertThat(isAsked(browser, parameters)).isTrue();
    }

    @Test
    void anAlteredCookieIsWorthNothing() {
        allow(client);
        browser.cookies().replaceAll((name, value) -> name.contains("consent-") ? value + "A" : value);

        assertThat(isAsked(browser, client.authorizationParameters())).isTrue();
    }

    @Test
    void anotherBrowserIsAsked() {
        allow(client);

        assertThat(isAsked(new Browser(), client.authorizationParameters())).isTrue();
    }

    /** The same as for one whose approval was withdrawn: the cookie is there, the approval is not. */
    @Test
    void aUserWithoutAnApprovalIsAskedBeforeACodeIsIssuedWhateverTheCookieSays() {
        allow(client);
        browser.cookies().remove("okta_sid");
        Page signIn = browser.follow(client.authorizationUri(), client.redirectUri());
        assertThat(signIn.uri().toString())
                .startsWith(installation.okta().endpoint(Endpoint.SIGN_IN).toString());

        Page question = browser.follow(
                browser.submit(signIn, Map.of("username", "bob", "password", "bob")), client.redirectUri());

        assertThat(question.uri().getPath()).isEqualTo("/oauth/consent");
        assertThat(question.text()).contains("You are signed in as");
        int revoked = installation.okta().requests().calls(Endpoint.REVOKE);
        URI denied = browser.submit(question, Map.of("decision", "deny")).next().orElseThrow();
        assertThat(OAuthClient.parameter(denied, "error")).isEqualTo("access_denied");
        assertThat(OAuthClient.parameter(denied, "code")).isEmpty();
        assertThat(installation.okta().requests().calls(Endpoint.REVOKE)).isEqualTo(revoked + 1);
    }

    @Test
    void whoDeniesLaterHasTakenBackWhatWasAllowed() {
        allow(client);
        Map<String, String> insisting = client.authorizationParameters();
        insisting.put("prompt", "consent");
        Page question = browser.follow(client.authorizationUri(insisting), client.redirectUri());

        browser.submit(question, Map.of("decision", "deny"));

        assertThat(isAsked(browser, client.authorizationParameters())).isTrue();
    }

    /** The cookie of one browser speaks for the approval that the person has taken back in another. */
    @Test
    void whoDeniesAfterSigningOnIsAskedInEveryBrowser() {
        Map<String, String> narrow = client.authorizationParameters();
        narrow.put("scope", "mcp");
        allow(client);
        Browser other = new Browser();
        other.signOn(client.authorizationUri(narrow), "bob", client.redirectUri());
        browser.cookies().remove("okta_sid");
        Page signIn = browser.follow(client.authorizationUri(), client.redirectUri());
        Page question = browser.follow(
                browser.submit(signIn, Map.of("username", "bob", "password", "bob")), client.redirectUri());

        browser.submit(question, Map.of("decision", "deny"));

        assertThat(other.follow(client.authorizationUri(narrow), client.redirectUri())
                        .uri()
                        .getPath())
                .isEqualTo("/oauth/consent");
    }

    private OAuthClient httpsClient() {
        JSONObject metadata = new JSONObject(Map.of(
                "redirect_uris",
                List.of(HTTPS, OTHER),
                "grant_types",
                List.of("authorization_code", "refresh_token"),
                "token_endpoint_auth_method",
                "none"));
        return OAuthClient.registered(installation.proxy(), metadata, HTTPS);
    }

    private void allow(OAuthClient allowed) {
        browser.signOn(allowed.authorizationUri(), "alice", allowed.redirectUri());
    }

    private boolean isAsked(Browser asked, Map<String, String> parameters) {
        return asked(asked, client, parameters);
    }

    private static boolean asked(Browser browser, OAuthClient client, Map<String, String> parameters) {
        return browser.get(client.authorizationUri(parameters))
                .next()
                .orElseThrow()
                .getPath()
                .equals("/oauth/consent");
    }
}
