package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.authorization.AuthorizationRequests.Redirection;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.fixture.BrowserRequest;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.web.Cookies;

/** RFC 9700 4.11.2: this server as an open redirector. */
class ErrorRedirectsTest {

    private static final String ELSEWHERE = "https://evil.example/callback";

    private final SettableClock clock = new SettableClock();
    private final RememberedConsent remembered =
            new RememberedConsent(new Cookies(Samples.settings()), Samples.settings(), clock);
    private final PreregisteredClient ofFile =
            new PreregisteredClient(Samples.client("of the file"), Set.of(), Set.of(), Set.of());
    private final ErrorRedirects redirects = new ErrorRedirects(
            id -> Optional.of(ofFile).filter(known -> known.client().id().equals(id)), remembered);
    private final BrowserRequest browser = new BrowserRequest();

    /** The attack: to register, and to send people a link to us that fails. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/callback",
                "https://localhost.evil.example/callback",
                "http://127.0.0.1.evil.example/callback",
                "https://localhost/callback",
                "cursor://anysphere/callback",
                "com.example:/callback"
            })
    void nobodyIsTakenToAClientThatAnybodyMayHaveRegistered(String redirectUri) {
        assertThat(allows("stranger", redirectUri)).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://localhost:49152/callback", "http://127.0.0.1/callback", "http://[::1]:1/callback"})
    void aProgramOfThisMachineHearsWhatIsWrong(String redirectUri) {
        assertThat(allows("stranger", redirectUri)).isTrue();
    }

    @Test
    void aClientThatAnAdministratorRegisteredHearsWhatIsWrong() {
        assertThat(allows("of the file", Samples.REDIRECT_URI)).isTrue();
    }

    @Test
    void aClientThatThisBrowsersUserAllowedHearsWhatIsWrongAndThereAlone() {
        browser.keep(remembered.remember(request()).orElseThrow());

        assertThat(allows("client", Samples.REDIRECT_URI)).isTrue();
        assertThat(allows("client", ELSEWHERE)).isFalse();
        assertThat(allows("stranger", Samples.REDIRECT_URI)).isFalse();
        browser.keep(remembered.forget(request()));
        assertThat(allows("client", Samples.REDIRECT_URI)).isFalse();
    }

    @Test
    void whatWasAllowedLongAgoCountsNoMore() {
        browser.keep(remembered.remember(request()).orElseThrow());
        clock.advance(Samples.settings().lifetimes().consent());

        assertThat(allows("client", Samples.REDIRECT_URI)).isFalse();
    }

    private boolean allows(String clientId, String redirectUri) {
        Redirection redirection =
                new Redirection(Samples.client(clientId, redirectUri), redirectUri, Optional.of("state"));
        return redirects.allow(redirection, browser.request());
    }

    private static ClientRequest request() {
        return new ClientRequest(
                "client", Samples.REDIRECT_URI, Optional.empty(), "challenge", Scopes.baseline(), Samples.RESOURCES);
    }
}
