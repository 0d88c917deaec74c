package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
    void ourCookiesGoTheBrowserIsSentToOktaAndTheGrantStays() {
        assertThat(browser.cookies().keySet()).anyMatch(name -> name.startsWith("mcp-consent-"));

        Page answer = browser.submit(browser.get(installation.at("/oauth/logout")), Map.of());

        assertThat(answer.next())
                .hasValueSatisfying(next -> assertThat(next.toString())
                        .startsWith(
                                installation.okta().endpoint(Endpoint.LOGOUT).toString())
                        .contains("post_logout_redirect_uri="));
        assertThat(browser.cookies().keySet()).noneMatch(name -> name.startsWith("mcp-"));
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
        assertThat(client.refresh(tokens.get("refresh_token")).status()).isEqualTo(200);
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
}
