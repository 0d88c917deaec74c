package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.authorization.AuthorizationRequests.Redirection;
import org.mcpproxy.fixture.BrowserRequest;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.KeyRing;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.SecretKeyMaterial;
import org.mcpproxy.upstream.SignOnDemands;
import org.mcpproxy.web.Cookies;

class RememberedConsentTest {

    private static final SecretKeyMaterial NEW_SECRET =
            new SecretKeyMaterial("another secret, of 32 bytes or more".getBytes(StandardCharsets.UTF_8));

    private final SettableClock clock = new SettableClock();
    private final RememberedConsent consent =
            new RememberedConsent(new Cookies(Samples.settings()), Samples.settings(), clock);
    private final ClientRequest allowed = request("client", Samples.REDIRECT_URI, Scopes.offered());
    private final String cookie = consent.remember(allowed).orElseThrow();
    private final BrowserRequest browser = new BrowserRequest().keep(cookie);

    @Test
    void whatWasAllowedIsRememberedAndSoIsLess() {
        assertThat(covers(allowed)).isTrue();
        assertThat(covers(request("client", Samples.REDIRECT_URI, Scopes.baseline())))
                .isTrue();
        assertThat(consent.knows(
                        new Redirection(Samples.client("client"), Samples.REDIRECT_URI, Optional.empty()),
                        browser.request()))
                .isTrue();
    }

    @Test
    void nothingElseIs() {
        assertThat(covers(request("other", Samples.REDIRECT_URI, Scopes.offered())))
                .isFalse();
        assertThat(covers(request("client", "https://other.example/cb", Scopes.offered())))
                .isFalse();
        assertThat(covers(request("client", Samples.REDIRECT_URI, new Scope("mcp", "more"))))
                .isFalse();
        assertThat(covers(new ClientRequest(
                        "client",
                        Samples.REDIRECT_URI,
                        Optional.empty(),
                        "challenge",
                        Scopes.baseline(),
                        Resources.of("https://proxy.example/other"))))
                .isFalse();
        assertThat(consent.covers(allowed, new BrowserRequest().request())).isFalse();
    }

    /** The attack: a consent for one MCP server spares the question about another. */
    @Test
    void ofSeveralResourcesEachIsRememberedAndNoOther() {
        String files = Samples.ISSUER + "/files/mcp";
        ClientRequest both = at(Resources.of(Samples.RESOURCE, files));
        String cookieOfBoth = consent.remember(both).orElseThrow();

        assertThat(covers(both)).isFalse();
        BrowserRequest other = new BrowserRequest().keep(cookieOfBoth);
        assertThat(consent.covers(both, other.request())).isTrue();
        assertThat(consent.covers(at(Resources.of(files)), other.request())).isTrue();
        assertThat(consent.covers(at(Resources.of(files, Samples.ISSUER + "/jira/mcp")), other.request()))
                .isFalse();
    }

    private static ClientRequest at(Resources resources) {
        return new ClientRequest(
                "client", Samples.REDIRECT_URI, Optional.empty(), "challenge", Scopes.baseline(), resources);
    }

    @Test
    void itIsBelievedForItsTimeOnly() {
        clock.advance(Duration.ofDays(30).minusSeconds(1));
        assertThat(covers(allowed)).isTrue();
        clock.advance(Duration.ofSeconds(1));

        assertThat(covers(allowed)).isFalse();
    }

    /** Any program of that machine can claim to be such a client. */
    @ParameterizedTest
    @ValueSource(
            strings = {"http://localhost:3000/cb", "http://127.0.0.1/cb", "cursor://anysphere/cb", "com.example:/cb"})
    void aLocalProgramIsNeverRemembered(String redirectUri) {
        assertThat(consent.remember(request("client", redirectUri, Scopes.baseline())))
                .isEmpty();
    }

    /** Else whoever sends people codes would only need one who has connected such a device before. */
    @Test
    void aDeviceIsNeverRemembered() {
        ClientRequest device =
                ClientRequest.ofDevice("client", Scopes.baseline(), Samples.RESOURCES, SignOnDemands.NONE, "hash");

        assertThat(consent.remember(device)).isEmpty();
        assertThat(covers(device)).isFalse();
    }

    @Test
    void anotherClientsCookieUnderThisOnesNameIsNotBelieved() {
        String others = consent.remember(request("other", Samples.REDIRECT_URI, Scopes.offered()))
                .orElseThrow();

        assertThat(coversWithValue(value(others))).isFalse();
    }

    @Test
    void anotherAddressesCookieUnderThisOnesNameIsNotBelieved() {
        String others = consent.remember(request("client", "https://other.example/cb", Scopes.offered()))
                .orElseThrow();

        assertThat(coversWithValue(value(others))).isFalse();
    }

    @Test
    void anAlteredCookieIsNotBelieved() {
        String value = value(cookie);
        String signature = value.substring(value.indexOf('.'));
        String terms = "99999999999\nclient\n" + Samples.REDIRECT_URI + "\nmcp offline_access\n" + Samples.RESOURCE;

        assertThat(coversWithValue(base64(terms) + signature)).isFalse();
        assertThat(coversWithValue(value.substring(0, value.length() - 2) + "AA"))
                .isFalse();
    }

    @Test
    void whatAnOldSecretSignedIsBelievedWhileThatSecretIsListed() {
        SecretKeyMaterial old = Samples.settings().secretKeys().current();

        assertThat(withSecrets(new KeyRing(NEW_SECRET, List.of(old))).covers(allowed, browser.request()))
                .isTrue();
        assertThat(withSecrets(KeyRing.of(NEW_SECRET)).covers(allowed, browser.request()))
                .isFalse();
    }

    @Test
    void theNewSecretSigns() {
        SecretKeyMaterial old = Samples.settings().secretKeys().current();
        String signed = withSecrets(new KeyRing(NEW_SECRET, List.of(old)))
                .remember(allowed)
                .orElseThrow();
        BrowserRequest other = new BrowserRequest().keep(signed);

        assertThat(withSecrets(KeyRing.of(NEW_SECRET)).covers(allowed, other.request()))
                .isTrue();
        assertThat(consent.covers(allowed, other.request())).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "a",
                "a.",
                ".a",
                "!!!.!!!",
                "MQ.MQ",
                "bm90IGEgbnVtYmVyCmEKYgpjCmQ.x",
                "_____w.x",
                "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OQo.x",
                "\u0000.\u0000",
                "é.é"
            })
    void aCookieThatIsNoneOfOursIsNotBelievedAndDoesNotFail(String value) {
        assertThat(coversWithValue(value)).isFalse();
    }

    @Test
    void signingOutForgetsItAll() {
        assertThat(consent.forgetAll(browser.request()))
                .hasSize(1)
                .allMatch(cleared -> cleared.startsWith(name(cookie) + "=;") && cleared.contains("Max-Age=0"));
    }

    private RememberedConsent withSecrets(KeyRing secrets) {
        return new RememberedConsent(new Cookies(Samples.settings()), Samples.settings(secrets), clock);
    }

    private boolean covers(ClientRequest request) {
        return consent.covers(request, browser.request());
    }

    private boolean coversWithValue(String value) {
        return consent.covers(
                allowed, new BrowserRequest().keep(name(cookie), value).request());
    }

    private static String name(String setCookie) {
        return setCookie.substring(0, setCookie.indexOf('='));
    }

    private static String value(String setCookie) {
        return setCookie.substring(setCookie.indexOf('=') + 1, setCookie.indexOf(';'));
    }

    private static String base64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static ClientRequest request(String clientId, String redirectUri, Scope scope) {
        return new ClientRequest(clientId, redirectUri, Optional.empty(), "challenge", scope, Samples.RESOURCES);
    }
}
