package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;
import static org.mcpproxy.fixture.Samples.with;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;

class AuthorizationRequestsTest {

    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final Parameters GOOD = parameters(
            "client_id", "client",
            "response_type", "code",
            "redirect_uri", Samples.REDIRECT_URI,
            "state", "the client's own",
            "scope", "mcp offline_access",
            "resource", Samples.RESOURCE,
            "code_challenge", CHALLENGE,
            "code_challenge_method", "S256");

    private final AuthorizationRequests requests = new AuthorizationRequests(
            new KnownClients(
                    Samples.client("client"), Samples.client("two", Samples.REDIRECT_URI, "http://localhost/callback")),
            Samples.settings());

    @Test
    void aGoodRequestIsReadWhole() {
        ClientRequest request = read(GOOD);

        assertThat(request.clientId()).isEqualTo("client");
        assertThat(request.redirectUri()).isEqualTo(Samples.REDIRECT_URI);
        assertThat(request.codeChallenge()).isEqualTo(CHALLENGE);
        assertThat(request.scope()).isEqualTo(Scopes.offered());
        assertThat(request.resource()).isEqualTo(Samples.RESOURCE);
    }

    @Test
    void whoAsksMustBeKnown() {
        assertRefused(Reason.CLIENT_MISSING, () -> requests.redirection(with(GOOD, "client_id")));
        assertRefused(Reason.CLIENT_UNKNOWN, () -> requests.redirection(with(GOOD, "client_id", "stranger")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/callback",
                "https://app.example/callback/",
                "https://app.example/callback?x",
                "https://app.example.evil.example/callback",
                "javascript:alert(1)",
                "::",
                "\u0000"
            })
    void whereTheAnswerGoesMustBeRegistered(String redirectUri) {
        assertRefused(
                Reason.REDIRECT_URI_UNREGISTERED, () -> requests.redirection(with(GOOD, "redirect_uri", redirectUri)));
    }

    @Test
    void whereTheAnswerGoesMayBeLeftOutWhereThereIsNoChoice() {
        assertThat(requests.redirection(with(GOOD, "redirect_uri")).redirectUri())
                .isEqualTo(Samples.REDIRECT_URI);
        assertRefused(
                Reason.REDIRECT_URI_MISSING,
                () -> requests.redirection(with(with(GOOD, "redirect_uri"), "client_id", "two")));
    }

    @Test
    void aLoopbackClientIsAnsweredAtThePortItListensOn() {
        Parameters loopback = with(with(GOOD, "client_id", "two"), "redirect_uri", "http://localhost:49152/callback");

        assertThat(read(loopback).redirectUri()).isEqualTo("http://localhost:49152/callback");
    }

    @Test
    void withoutPkceNothingGoes() {
        assertRefused(Reason.PKCE_MISSING, () -> read(with(GOOD, "code_challenge")));
        assertRefused(Reason.PKCE_MISSING, () -> read(with(GOOD, "code_challenge", "")));
        assertRefused(Reason.PKCE_METHOD_UNSUPPORTED, () -> read(with(GOOD, "code_challenge_method", "plain")));
        assertRefused(Reason.PKCE_METHOD_UNSUPPORTED, () -> read(with(GOOD, "code_challenge_method")));
        assertRefused(Reason.PKCE_METHOD_UNSUPPORTED, () -> read(with(GOOD, "code_challenge_method", "s256")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="
            })
    void aChallengeThatIsNoSha256IsRefused(String challenge) {
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "code_challenge", challenge)));
    }

    @ParameterizedTest
    @CsvSource({
        "response_type, token, RESPONSE_TYPE_UNSUPPORTED",
        "response_type, code token, RESPONSE_TYPE_UNSUPPORTED",
        "response_type, id_token, RESPONSE_TYPE_UNSUPPORTED",
        "response_mode, fragment, RESPONSE_MODE_UNSUPPORTED",
        "response_mode, form_post, RESPONSE_MODE_UNSUPPORTED",
        "request, eyJhbGciOiJub25lIn0.e30., REQUEST_OBJECT_UNSUPPORTED",
        "request_uri, https://evil.example/request, REQUEST_URI_UNSUPPORTED",
        "prompt, none, INTERACTION_FORBIDDEN",
        "prompt, none login, MALFORMED_REQUEST",
        "scope, admin, SCOPE_UNKNOWN",
        "scope, mcp openid, SCOPE_UNKNOWN",
        "scope, okta.users.manage, SCOPE_UNKNOWN",
        "resource, https://other.example/mcp, RESOURCE_UNKNOWN",
        "resource, https://proxy.example/, RESOURCE_UNKNOWN",
        "resource, https://proxy.example/mcp#x, RESOURCE_UNKNOWN",
        "resource, not a uri, RESOURCE_UNKNOWN"
    })
    void whatIsNotOfferedIsRefused(String name, String value, Reason reason) {
        assertRefused(reason, () -> read(with(GOOD, name, value)));
    }

    @Test
    void whoAsksForNothingGetsTheBaseline() {
        assertThat(read(with(GOOD, "scope")).scope()).isEqualTo(Scopes.baseline());
        assertThat(read(with(GOOD, "scope", " ")).scope()).isEqualTo(Scopes.baseline());
    }

    @Test
    void theDefaultResourceIsMeantWhereNoneIsNamedAndMayBeNamedInAnyForm() {
        assertThat(read(with(GOOD, "resource")).resource()).isEqualTo(Samples.RESOURCE);
        assertThat(read(with(GOOD, "resource", "HTTPS://Proxy.Example:443/mcp/"))
                        .resource())
                .isEqualTo(Samples.RESOURCE);
        assertThat(read(with(GOOD, "resource", Samples.RESOURCE, Samples.RESOURCE + "/"))
                        .resource())
                .isEqualTo(Samples.RESOURCE);
        assertRefused(
                Reason.RESOURCE_UNKNOWN,
                () -> read(with(GOOD, "resource", Samples.RESOURCE, "https://other.example/mcp")));
    }

    private ClientRequest read(Parameters parameters) {
        return requests.request(parameters, requests.redirection(parameters));
    }
}
