package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.BrowserRequest;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.web.Cookies;

class BrowserSessionTest {

    private static final String COOKIE = "__Host-mcp-session";

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Grant grant = endpoint.grant("client");
    private final BrowserSession session =
            new BrowserSession(new Cookies(Samples.settings()), Samples.settings(), Samples.RANDOM);
    private final BrowserRequest browser = new BrowserRequest();

    @Test
    void theCookieIsForThisHostOverTlsAndForNoScriptAndDoesNotShowTheGrant() {
        assertThat(session.begin(grant))
                .startsWith(COOKIE + "=")
                .contains("; Path=/", "; Max-Age=2592000", "; HttpOnly", "; SameSite=Lax", "; Secure")
                .doesNotContain("Domain", grant.id());
    }

    @Test
    void theNewestSignOnIsTheOneThatIsKnown() {
        browser.keep(session.begin(endpoint.grant("client"))).keep(session.begin(grant));

        assertThat(session.grantId(browser.request())).contains(grant.id());
    }

    @Test
    void whatIsNotSealedHereIsNoSession() {
        assertThat(session.grantId(browser.request())).isEmpty();
        String genuine = session.begin(grant).split("[=;]")[1];
        String altered = (genuine.startsWith("A") ? "B" : "A") + genuine.substring(1);
        for (String value : List.of("", "?", "AAAA", grant.id(), altered, genuine.substring(4))) {
            browser.keep(COOKIE, value);
            assertThat(session.grantId(browser.request())).as(value).isEmpty();
        }
    }

    @Test
    void signedOutNoneIsKnown() {
        assertThat(session.end()).startsWith(COOKIE + "=;").contains("; Max-Age=0");
    }
}
