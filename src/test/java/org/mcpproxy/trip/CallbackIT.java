package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.Fault;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.TokenFault;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Where Okta returns: nothing is believed that this browser did not begin, nor anybody whom Okta did not name. */
class CallbackIT {

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final URI callback = installation.at("/oauth/callback");
    private final Browser browser = new Browser();

    @AfterEach
    void clear() {
        installation.okta().faults().clear();
    }

    @Test
    void anUnknownStateIsRefusedAndNothingOfTheRequestIsPrinted() {
        URI good = comeBack();
        URI forged = with(good, "state", "a-state-that-nobody-made");

        assertThatNothingComesOf(browser, forged, OAuthClient.parameter(good, "code"));
        assertThatNothingComesOf(browser, without(good, "state"), OAuthClient.parameter(good, "code"));
    }

    @Test
    void aStateWorksOnce() {
        URI good = comeBack();
        Map<String, String> cookies = Map.copyOf(browser.cookies());
        assertThat(browser.get(good).next().orElseThrow().toString())
                .startsWith(client.redirectUri().toString());
        // an attacker's browser forgets nothing
        browser.cookies().putAll(cookies);

        assertThatNothingComesOf(browser, good, OAuthClient.parameter(good, "code"));
    }

    @Test
    void anotherBrowserCompletesNothingAndSpoilsNothing() {
        URI good = comeBack();
        Browser victim = new Browser();
        victim.signOn(client.authorizationUri(), "bob", client.redirectUri());

        assertThatNothingComesOf(victim, good, OAuthClient.parameter(good, "code"));
        assertThatNothingComesOf(new Browser(), good, OAuthClient.parameter(good, "code"));

        assertThat(OAuthClient.parameter(browser.get(good).next().orElseThrow(), "code"))
                .isNotEmpty();
    }

    @Test
    void aStepIsNotTakenForAnother() {
        Page question = browser.follow(client.authorizationUri(), client.redirectUri());
        String handle = question.hiddenFields().get("request");
        assertThatNothingComesOf(browser, URI.create(callback + "?code=made-up-by-someone&state=" + handle), handle);

        URI good = comeBack();
        String state = OAuthClient.parameter(good, "state");
        Page page = browser.get(installation.at("/oauth/consent?request=" + state));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.hasForm()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "access_denied, access_denied",
        "login_required, access_denied",
        "unmet_authentication_requirements, unmet_authentication_requirements",
        "invalid_scope, server_error",
        "<script>, server_error"
    })
    void anErrorOfOktaIsToldToTheClientInOurWords(String oktas, String ours) {
        URI good = without(comeBack(), "code");

        URI answer = browser.get(with(with(good, "error", oktas), "error_description", "<b>evil</b>"))
                .next()
                .orElseThrow();

        assertThat(answer.toString())
                .startsWith(client.redirectUri().toString())
                .doesNotContain("evil", "<script", "%3Cscript");
        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo(ours);
        assertThat(OAuthClient.parameter(answer, "state")).isEqualTo(client.state());
        assertThat(OAuthClient.parameter(answer, "iss"))
                .isEqualTo(installation.at("").toString());
    }

    @Test
    void anAnswerOfAnotherIssuerIsNotRedeemed() {
        int redeemed = installation.okta().requests().calls(Endpoint.TOKEN);

        URI answer = browser.get(with(comeBack(), "iss", "https://evil.okta.example"))
                .next()
                .orElseThrow();

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("server_error");
        assertThat(installation.okta().requests().calls(Endpoint.TOKEN)).isEqualTo(redeemed);
    }

    @Test
    void aCodeThatOktaDidNotIssueSignsNobodyOn() {
        URI answer = browser.get(with(comeBack(), "code", "a-code-that-okta-never-issued"))
                .next()
                .orElseThrow();

        assertThat(OAuthClient.parameter(answer, "error")).isNotEmpty();
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {
                "NO_GROUPS",
                "NO_EMAIL",
                "THIN_ID_TOKEN",
                "USERINFO_OTHER_SUBJECT",
                "OLD_AUTHENTICATION",
                "NO_AUTHENTICATION_TIME",
                "OTHER_CONTEXT_CLASS",
                "NO_CONTEXT_CLASS"
            })
    void anUnsoundIdTokenSignsNobodyOnAndItsTokensAreGivenBack(TokenFault fault) {
        installation.okta().faults().tokens(fault);
        int revoked = installation.okta().requests().calls(Endpoint.REVOKE);

        URI answer = browser.signOn(client.authorizationUri(), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("server_error");
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
        assertThat(installation.okta().requests().calls(Endpoint.REVOKE)).isEqualTo(revoked + 1);
    }

    /** The browser brings the demand to Okta, and could have dropped it. */
    @ParameterizedTest
    @CsvSource({
        "OLD_AUTHENTICATION, max_age, 300",
        "OLD_AUTHENTICATION, prompt, login",
        "NO_AUTHENTICATION_TIME, max_age, 300",
        "NO_AUTHENTICATION_TIME, prompt, select_account"
    })
    void anAuthenticationThatIsOlderThanIsDemandedSignsNobodyOn(TokenFault fault, String name, String value) {
        installation.okta().faults().tokens(fault);

        URI answer = browser.signOn(client.authorizationUri(demanding(name, value)), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("login_required");
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
        installation
                .proxy()
                .awaitConsole(
                        "audited, with the user",
                        console -> console.lines()
                                .anyMatch(line -> line.contains("\"authentication_too_old\"")
                                        && line.contains("\"user\":\"" + OktaUser.ALICE.id() + "\"")
                                        && line.contains(client.id())));
    }

    /** RFC 9470 5: else the client would come again with a token that is refused again. */
    @ParameterizedTest
    @EnumSource(
            mode = Mode.INCLUDE,
            names = {"OTHER_CONTEXT_CLASS", "NO_CONTEXT_CLASS"})
    void anAuthenticationOfAnotherClassThanIsDemandedSignsNobodyOnAndItsTokensAreGivenBack(TokenFault fault) {
        installation.okta().faults().tokens(fault);
        int revoked = installation.okta().requests().calls(Endpoint.REVOKE);

        URI answer = browser.signOn(
                client.authorizationUri(demanding("acr_values", "phrh phr")), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("unmet_authentication_requirements");
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
        assertThat(installation.okta().requests().calls(Endpoint.REVOKE)).isEqualTo(revoked + 1);
        installation
                .proxy()
                .awaitConsole(
                        "audited, with the user",
                        console -> console.lines()
                                .anyMatch(line -> line.contains("\"authentication_class_unmet\"")
                                        && line.contains("\"user\":\"" + OktaUser.ALICE.id() + "\"")
                                        && line.contains(client.id())));
    }

    /** The attack: whoever controls the browser takes the demand out of the address at Okta. */
    @Test
    void aClassThatTheBrowserDidNotBringToOktaIsNotMet() {
        URI atOkta = browser.submit(
                        browser.get(client.authorizationUri(demanding("acr_values", "phr")))
                                .next()
                                .map(browser::get)
                                .orElseThrow(),
                        Map.of("decision", "allow"))
                .next()
                .orElseThrow();
        URI without = AuthorizationAnswers.without(atOkta, "acr_values");
        assertThat(without).isNotEqualTo(atOkta);

        URI answer = browser.signOn(without, "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("unmet_authentication_requirements");
    }

    @Test
    void aClassThatOktaChoseOfThoseThatAreDemandedIsSaidInTheTokens() throws Exception {
        URI answer = browser.signOn(
                client.authorizationUri(demanding("acr_values", "urn:nowhere phrh phr")),
                "alice",
                client.redirectUri());

        String token = client.redeem(OAuthClient.parameter(answer, "code")).get("access_token");
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getStringClaim("acr"))
                .isEqualTo("phrh");
        assertThat(SignedJWT.parse(token).getJWTClaimsSet().getDateClaim("auth_time"))
                .isBetween(Date.from(Instant.now().minusSeconds(120)), Date.from(Instant.now()));
    }

    private Map<String, String> demanding(String name, String value) {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put(name, value);
        return parameters;
    }

    @Test
    void whoeverDemandsNoTimeTakesAnAuthenticationOfAnyAge() {
        for (TokenFault fault : new TokenFault[] {TokenFault.OLD_AUTHENTICATION, TokenFault.NO_AUTHENTICATION_TIME}) {
            installation.okta().faults().tokens(fault);

            URI answer = browser.signOn(client.authorizationUri(), "alice", client.redirectUri());

            assertThat(OAuthClient.parameter(answer, "code")).isNotEmpty();
        }
    }

    @Test
    void userInformationOfSomebodyElseSignsNobodyOn() {
        installation.okta().faults().tokens(TokenFault.THIN_ID_TOKEN, TokenFault.USERINFO_OTHER_SUBJECT);

        URI answer = browser.signOn(client.authorizationUri(), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("server_error");
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
    }

    @Test
    void anOutageOfOktaSignsNobodyOnAndIsExplained() {
        URI good = comeBack();
        installation.okta().faults().on(Endpoint.TOKEN, Fault.status(500));

        Page page = browser.get(good);

        assertThat(page.status()).isEqualTo(503);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("<h1>").doesNotContain(OAuthClient.parameter(good, "code"));
    }

    /** The address to which Okta sends the browser, not yet visited. */
    private URI comeBack() {
        URI back = browser.signOn(client.authorizationUri(), "alice", callback);
        assertThat(OAuthClient.parameter(back, "code")).isNotEmpty();
        return back;
    }

    private void assertThatNothingComesOf(Browser visitor, URI address, String secret) {
        int redeemed = installation.okta().requests().calls(Endpoint.TOKEN);

        Page page = visitor.get(address);

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("<h1>").doesNotContain(secret);
        assertThat(installation.okta().requests().calls(Endpoint.TOKEN)).isEqualTo(redeemed);
    }

    private static URI with(URI uri, String name, String value) {
        return AuthorizationAnswers.with(uri, Map.of(name, value));
    }

    private static URI without(URI uri, String name) {
        return AuthorizationAnswers.without(uri, name);
    }
}
