package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.authorization.PendingAuthorization.Step;
import org.mcpproxy.fixture.BrowserRequest;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.web.Cookies;

class BrowserBindingTest {

    private final BrowserBinding binding = new BrowserBinding(new Cookies(Samples.settings()), Samples.settings());
    private final Secret value = new Secret("the browser's value");
    private final PendingAuthorization pending = pending("one", "handle", value);
    private final BrowserRequest browser = new BrowserRequest().keep(binding.bind("one", value));
    private final BrowserRequest stranger = new BrowserRequest();

    @Test
    void theCookieIsForThisHostOverTlsAndForNoScript() {
        assertThat(binding.bind("one", value))
                .startsWith("__Host-mcp-sign-on-one=")
                .contains("; Path=/", "; Max-Age=600", "; HttpOnly", "; SameSite=Lax", "; Secure")
                .doesNotContain("Domain");
    }

    @Test
    void theBrowserThatBeganGoesOn() {
        assertThatCode(() -> binding.require(pending, browser.request())).doesNotThrowAnyException();
    }

    @Test
    void anotherBrowserDoesNot() {
        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.require(pending, stranger.request()));
        stranger.keep(binding.bind("one", new Secret("a guess")));
        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.require(pending, stranger.request()));
        stranger.keep("__Host-mcp-sign-on-one", "");
        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.require(pending, stranger.request()));
        // what the server keeps is no key
        stranger.keep("__Host-mcp-sign-on-one", pending.browserHash());
        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.require(pending, stranger.request()));
    }

    @Test
    void theCookieOfAnotherSignOnDoesNotCount() {
        PendingAuthorization other = pending("two", "handle", new Secret("other value"));

        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.require(other, browser.request()));
    }

    @Test
    void theFormOfThisStepIsTaken() {
        String form = binding.formValue(pending, browser.request());

        assertThatCode(() -> binding.requireFormValue(form, pending, browser.request()))
                .doesNotThrowAnyException();
    }

    @Test
    void aFormOfAnotherStepOrOfNobodyIsNot() {
        String form = binding.formValue(pending, browser.request());
        PendingAuthorization nextStep = pending("one", "next handle", value);

        assertRefused(Reason.CSRF_VALUE_WRONG, () -> binding.requireFormValue(form, nextStep, browser.request()));
        assertRefused(Reason.CSRF_VALUE_WRONG, () -> binding.requireFormValue("", pending, browser.request()));
        assertRefused(Reason.SIGN_ON_OTHER_BROWSER, () -> binding.requireFormValue(form, pending, stranger.request()));
    }

    @Test
    void theFormValueDoesNotGiveTheCookieAway() {
        assertThat(binding.formValue(pending, browser.request())).doesNotContain(value.value(), value.hash());
    }

    /** A form of another site brings no cookies, so that it is only seen at the next step how many there are. */
    @Test
    void ofVeryManySignOnsThatWereNeverFinishedTheOneThatGoesOnIsKeptAlone() {
        for (int i = 0; i < 28; i++) {
            browser.keep(binding.bind("older" + i, value));
        }
        assertThat(binding.surplus(pending, browser.request())).isEmpty();

        browser.keep(binding.bind("older28", value));

        assertThat(binding.surplus(pending, browser.request()))
                .hasSize(29)
                .allMatch(cookie -> cookie.startsWith("__Host-mcp-sign-on-older") && cookie.contains("; Max-Age=0;"));
    }

    private static PendingAuthorization pending(String id, String handleHash, Secret browser) {
        return new PendingAuthorization(
                id,
                handleHash,
                browser.hash(),
                new ClientRequest(
                        "client",
                        Samples.REDIRECT_URI,
                        Optional.empty(),
                        "challenge",
                        Scopes.baseline(),
                        Samples.RESOURCES),
                Step.CONSENT,
                false,
                Optional.empty(),
                Optional.empty(),
                Instant.parse("2026-11-23T10:10:00Z"));
    }
}
