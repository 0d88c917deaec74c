package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpRequest;
import java.text.ParseException;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;
import org.mcpproxy.system.Preregistered;

/** What an authorization request must have, and who is told what it lacks (OAuth 2.1 4.1.1 and 4.1.2.1). */
class AuthorizationRequestIT {

    private static final String HTTPS = "https://app.example/callback";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final Map<String, String> parameters = client.authorizationParameters();

    @Test
    void anUnknownClientIsExplainedOnAPage() {
        parameters.put("client_id", "never-registered");

        Page page = new Browser().get(client.authorizationUri(parameters));

        assertThat(page.status()).isEqualTo(401);
        assertThat(page.next()).isEmpty();
        assertThat(page.header("Content-Type")).startsWith("text/html");
        assertThat(page.response().headers().allValues("Content-Security-Policy"))
                .singleElement()
                .asString()
                .contains("style-src 'sha256-");
        assertThat(page.text()).contains("<h1>", "not registered").doesNotContain("never-registered");
    }

    @Test
    void anUnknownClientIsAnErrorInJsonForAProgram() {
        parameters.put("client_id", "never-registered");

        Answer answer = OAuthClient.send(
                HttpRequest.newBuilder(client.authorizationUri(parameters)).header("Accept", "application/json"));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.get("error")).isEqualTo("invalid_client");
    }

    @ParameterizedTest
    @CsvSource({
        "code_challenge, , invalid_request",
        "code_challenge_method, , invalid_request",
        "code_challenge_method, plain, invalid_request",
        "response_type, , invalid_request",
        "response_type, token, unsupported_response_type",
        "response_type, code id_token, unsupported_response_type",
        "response_mode, fragment, invalid_request",
        "response_mode, form_post, invalid_request",
        "scope, openid, invalid_scope",
        "scope, mcp okta.users.read, invalid_scope",
        "resource, https://evil.example/mcp, invalid_target",
        "resource, http://localhost:1/mcp, invalid_target",
        "resource, mcp, invalid_target",
        "prompt, none, login_required",
        "request, e30.e30., request_not_supported",
        "request_uri, https://evil.example/request, request_uri_not_supported"
    })
    void aLoopbackClientIsToldWhatIsWrong(String name, String value, String error) {
        change(name, value);

        URI answer =
                new Browser().get(client.authorizationUri(parameters)).next().orElseThrow();

        assertThat(answer.toString()).startsWith(client.redirectUri().toString() + "?");
        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo(error);
        assertThat(OAuthClient.parameter(answer, "state")).isEqualTo(client.state());
        assertThat(OAuthClient.parameter(answer, "iss"))
                .isEqualTo(installation.at("").toString());
        assertThat(OAuthClient.parameter(answer, "code")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_id", "redirect_uri", "state", "scope", "code_challenge", "response_type"})
    void aRepeatedParameterIsDisplayed(String name) {
        String once = client.authorizationUri(parameters).toString();

        Page page = new Browser().get(URI.create(once + "&" + name + "=https%3A%2F%2Fevil.example"));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).doesNotContain("evil.example");
    }

    @Test
    void everySpellingOfTheResourceIsTheCanonicalAudience() throws ParseException {
        String resource = installation.proxy().mcp().toString();
        for (String spelling :
                new String[] {resource, resource + "/", resource.replace("http://localhost", "HTTP://LocalHost"), null
                }) {
            change("resource", spelling);
            URI answer = new Browser().signOn(client.authorizationUri(parameters), "alice", client.redirectUri());
            Map<String, String> redemption = client.redemptionParameters(OAuthClient.parameter(answer, "code"));
            if (spelling != null) {
                redemption.put("resource", spelling);
            }
            String token = client.token(redemption).get("access_token");
            assertThat(SignedJWT.parse(token).getJWTClaimsSet().getAudience())
                    .as("audience for %s", spelling)
                    .containsExactly(resource);
        }
    }

    @Test
    void aResourceWithAQueryIsNoneOfOurs() {
        change("resource", installation.proxy().mcp() + "?tenant=evil");

        URI answer =
                new Browser().get(client.authorizationUri(parameters)).next().orElseThrow();

        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("invalid_target");
    }

    @Test
    void anErrorOfAnHttpsClientIsALinkOnAPageAndNoRedirect() {
        OAuthClient stranger = OAuthClient.register(installation.proxy(), "none", HTTPS);
        Map<String, String> wrong = stranger.authorizationParameters();
        wrong.put("scope", "openid");

        Page page = new Browser().get(stranger.authorizationUri(wrong));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("<strong>app.example</strong>", "error&#x3D;invalid_scope", "iss&#x3D;http");
        assertThat(page.text().toLowerCase(Locale.ROOT)).doesNotContain("http-equiv", "<script");
    }

    /** Anyone can send people a link that would open a program of theirs. */
    @Test
    void anErrorOfAClientWithASchemeOfItsOwnIsALinkOnAPageToo() {
        OAuthClient stranger = OAuthClient.register(installation.proxy(), "none", "cursor://anysphere/callback");
        Map<String, String> wrong = stranger.authorizationParameters();
        wrong.put("scope", "openid");

        Page page = new Browser().get(stranger.authorizationUri(wrong));

        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("<strong>cursor://</strong>", "error&#x3D;invalid_scope");
    }

    @Test
    void anErrorOfAClientThatTheAdministratorRegisteredIsARedirect() {
        OAuthClient known = OAuthClient.known(
                installation.proxy(),
                Preregistered.APPLICATION,
                Preregistered.SECRET,
                Preregistered.HTTPS_REDIRECT_URI);
        Map<String, String> wrong = known.authorizationParameters();
        wrong.put("scope", "nonsense");

        URI answer = new Browser().get(known.authorizationUri(wrong)).next().orElseThrow();

        assertThat(answer.toString()).startsWith(Preregistered.HTTPS_REDIRECT_URI + "?");
        assertThat(OAuthClient.parameter(answer, "error")).isEqualTo("invalid_scope");
    }

    @Test
    void anErrorOfAnHttpsClientThatThisBrowserHasAllowedIsARedirect() {
        OAuthClient known = OAuthClient.register(installation.proxy(), "none", HTTPS);
        Browser browser = new Browser();
        browser.signOn(known.authorizationUri(), "alice", known.redirectUri());
        Map<String, String> wrong = known.authorizationParameters();
        wrong.put("scope", "openid");

        URI answer = browser.get(known.authorizationUri(wrong)).next().orElseThrow();

        assertThat(answer.toString()).startsWith(HTTPS + "?");
        assertThat(OAuthClient.parameter(answer, "iss"))
                .isEqualTo(installation.at("").toString());
        assertThat(new Browser().get(known.authorizationUri(wrong)).next()).isEmpty();
    }

    private void change(String name, String value) {
        if (value == null) {
            parameters.remove(name);
        } else {
            parameters.put(name, value);
        }
    }
}
