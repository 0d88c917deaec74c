package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** The question that stands between a stranger's link and a person's Okta session. */
class ConsentIT {

    private static final String HTTPS = "https://app.example/callback";
    private static final URI NOWHERE = URI.create("none:nowhere");

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final Browser browser = new Browser();

    @Test
    void itIsAskedBeforeTheBrowserIsSentToOkta() {
        int before = installation.okta().requests().calls(Endpoint.AUTHORIZE);

        Page page = ask();

        assertThat(page.uri().getPath()).isEqualTo("/oauth/consent");
        assertThat(installation.okta().requests().calls(Endpoint.AUTHORIZE)).isEqualTo(before);
    }

    @Test
    void itNamesTheClientWhereTheAnswerGoesTheScopesAndTheServer() {
        assertThat(ask().text())
                .contains("A plain client", "<strong>127.0.0.1</strong>", "(mcp)", "(offline_access)")
                .contains("runs on your own computer", "It stays connected until you disconnect it")
                .contains(installation.proxy().mcp().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:8123/callback", "http://localhost/", "https://localhost:8443/callback"})
    void itWarnsOfWhatRunsOnThePersonsOwnComputer(String redirectUri) {
        OAuthClient local = OAuthClient.register(installation.proxy(), "none", redirectUri);

        assertThat(browser.follow(local.authorizationUri(), NOWHERE).text())
                .contains("runs on your own computer")
                .doesNotContain("The answer opens a program");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "'-alert(1)-'",
                "{{csrf}}{{{handle}}}",
                "Okta\u202e\u2066 evil\u0007"
            })
    void aHostileNameIsOnlyText(String name) {
        JSONObject metadata = new JSONObject(Map.of(
                "client_name",
                name,
                "redirect_uris",
                List.of(HTTPS),
                "token_endpoint_auth_method",
                "none",
                "grant_types",
                List.of("authorization_code", "refresh_token")));
        OAuthClient hostile = OAuthClient.registered(installation.proxy(), metadata, HTTPS);

        String page = browser.follow(hostile.authorizationUri(), NOWHERE).text();

        assertThat(page).contains("Deny").doesNotContain("<script", "<img", "\"><", "'-", "\u202e", "\u2066", "\u0007");
        assertThat(page).doesNotContainPattern("<title>[^<]*alert");
    }

    @Test
    void itCannotBeFramedAndRunsNoScript() {
        Page page = ask();

        assertThat(page.header("X-Frame-Options")).isEqualTo("DENY");
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");
        assertThat(page.response().headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("default-src 'none'", "frame-ancestors 'none'", "form-action 'self'", "base-uri 'none'")
                .doesNotContain("script-src", "unsafe");
    }

    @Test
    void itsCookieIsForThisBrowserAndThisSignOnOnly() {
        List<String> first = cookiesSet();
        List<String> second = cookiesSet();

        assertThat(first).singleElement().asString().contains("; Path=/;", "; HttpOnly", "; SameSite=Lax");
        assertThat(first.get(0)).doesNotContain("Domain");
        assertThat(second.get(0).split("=")[0]).isNotEqualTo(first.get(0).split("=")[0]);
    }

    @Test
    void aFormWithoutTheCsrfValueDecidesNothing() {
        Page page = ask();
        Map<String, String> form = new HashMap<>(page.hiddenFields());
        form.put("decision", "allow");
        for (String forged :
                new String[] {null, "", "AAAA", ask().hiddenFields().get("csrf")}) {
            form.remove("csrf");
            if (forged != null) {
                form.put("csrf", forged);
            }
            Page refused = browser.post(page.formAction(), form);
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.next()).isEmpty();
        }

        assertThat(browser.submit(page, Map.of("decision", "allow")).next()).isPresent();
    }

    @Test
    void anotherBrowserNeitherSeesNorAnswersIt() {
        Page page = ask();
        Browser other = new Browser();
        other.follow(OAuthClient.publicClient(installation.proxy()).authorizationUri(), NOWHERE);

        assertThat(other.get(page.uri()).hasForm()).isFalse();
        Page refused = other.submit(page, Map.of("decision", "allow"));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.next()).isEmpty();
    }

    @Test
    void aFormOfAForeignPageIsRefused() {
        Page page = ask();

        Answer answer = OAuthClient.send(HttpRequest.newBuilder(page.formAction())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Origin", "https://evil.example")
                .POST(HttpRequest.BodyPublishers.ofString("decision=allow")));

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void itIsAnsweredOnce() {
        Page page = ask();
        Map<String, String> cookies = Map.copyOf(browser.cookies());
        browser.submit(page, Map.of("decision", "deny"));
        // an attacker's browser forgets nothing
        browser.cookies().putAll(cookies);

        Page again = browser.submit(page, Map.of("decision", "allow"));

        assertThat(again.status()).isEqualTo(400);
        assertThat(again.next()).isEmpty();
    }

    @Test
    void denyLeadsToTheStoredAddressOnly() {
        Page answer = browser.submit(
                ask(),
                Map.of(
                        "decision", "deny",
                        "redirect_uri", "https://evil.example/",
                        "location", "https://evil.example/",
                        "state", "evil"));

        URI next = answer.next().orElseThrow();
        assertThat(next.toString()).startsWith(client.redirectUri() + "?");
        assertThat(OAuthClient.parameter(next, "error")).isEqualTo("access_denied");
        assertThat(OAuthClient.parameter(next, "state")).isEqualTo(client.state());
        assertThat(OAuthClient.parameter(next, "iss"))
                .isEqualTo(installation.at("").toString());
        assertThat(answer.text()).doesNotContain("evil");
    }

    @Test
    void aDecisionThatIsNotAllowIsADenial() {
        URI next = browser.submit(ask(), Map.of("decision", "ALLOW ")).next().orElseThrow();

        assertThat(OAuthClient.parameter(next, "error")).isEqualTo("access_denied");
    }

    @Test
    void theFormIsNotAnsweredWithARedirectWhichBrowsersWouldHoldAgainstTheFormAction() {
        Page answer = browser.submit(ask(), Map.of("decision", "allow"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Location")).isEmpty();
        assertThat(answer.next())
                .hasValueSatisfying(next -> assertThat(next.toString())
                        .startsWith(
                                installation.okta().endpoint(Endpoint.AUTHORIZE).toString()));
    }

    private Page ask() {
        return browser.follow(client.authorizationUri(), NOWHERE);
    }

    private List<String> cookiesSet() {
        return new Browser().get(client.authorizationUri()).response().headers().allValues("Set-Cookie");
    }
}
