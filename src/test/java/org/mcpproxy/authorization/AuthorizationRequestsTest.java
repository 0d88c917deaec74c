package org.mcpproxy.authorization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.parameters;
import static org.mcpproxy.fixture.Samples.with;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.ClientLookup;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Resources;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.OpenIdToken;
import org.mcpproxy.upstream.SignOnDemands;

class AuthorizationRequestsTest {

    private static final String CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    private static final Parameters GOOD = parameters(
            "client_id", "client",
            "response_type", "code",
            "redirect_uri", Samples.REDIRECT_URI,
            "state", "the client's own",
            "scope", "mcp offline_access openid profile email",
            "resource", Samples.RESOURCE,
            "code_challenge", CHALLENGE,
            "code_challenge_method", "S256");

    private final AuthorizationRequests requests = new AuthorizationRequests(
            KnownDocuments.none(new KnownClients(
                    Samples.client("client"),
                    Samples.client("two", Samples.REDIRECT_URI, "http://localhost/callback"))),
            Samples.settings(),
            Samples.idTokens());

    @Test
    void aGoodRequestIsReadWhole() {
        ClientRequest request = read(GOOD);

        assertThat(request.clientId()).isEqualTo("client");
        assertThat(request.redirectUri()).isEqualTo(Samples.REDIRECT_URI);
        assertThat(request.codeChallenge()).isEqualTo(CHALLENGE);
        assertThat(request.scope()).isEqualTo(Scopes.offered());
        assertThat(request.resources()).isEqualTo(Samples.RESOURCES);
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
        "request, anything, REQUEST_OBJECT_UNSUPPORTED",
        "request_uri, https://evil.example/request, REQUEST_URI_UNSUPPORTED",
        "prompt, none, INTERACTION_FORBIDDEN",
        "prompt, none login, MALFORMED_REQUEST",
        "scope, admin, SCOPE_UNKNOWN",
        "scope, mcp groups, SCOPE_UNKNOWN",
        "scope, okta.users.manage, SCOPE_UNKNOWN",
        "resource, https://other.example/mcp, RESOURCE_UNKNOWN",
        "resource, https://proxy.example/, RESOURCE_UNKNOWN",
        "resource, https://proxy.example/mcp#x, RESOURCE_UNKNOWN",
        "resource, not a uri, RESOURCE_UNKNOWN"
    })
    void whatIsNotOfferedIsRefused(String name, String value, Reason reason) {
        assertRefused(reason, () -> read(with(GOOD, name, value)));
    }

    /** RFC 6749 3.1. */
    @Test
    void whatIsNotUnderstoodIsIgnored() {
        assertThat(read(with(GOOD, "audience", "https://evil.example"))).isEqualTo(read(GOOD));
    }

    /** RFC 9449 10. */
    @Test
    void theKeyThatTheCodeIsToBeBoundToIsRead() {
        String thumbprint = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

        assertThat(read(with(GOOD, "dpop_jkt", thumbprint)).keyThumbprint()).contains(thumbprint);
        assertThat(read(GOOD).keyThumbprint()).isEmpty();
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "dpop_jkt", thumbprint + "x")));
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "dpop_jkt", "short")));
    }

    /** RFC 9449 10.1: as if the request named the key that signed the proof. */
    @Test
    void aProofNamesTheKeyOfAPushedRequest() {
        Optional<String> proven = Optional.of("NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");

        assertThat(read(NamedKey.inPushed(GOOD, proven)).keyThumbprint()).isEqualTo(proven);
        assertThat(read(NamedKey.inPushed(with(GOOD, "dpop_jkt", proven.get()), proven))
                        .keyThumbprint())
                .isEqualTo(proven);
        assertThat(NamedKey.inPushed(GOOD, Optional.empty())).isEqualTo(GOOD);
        assertRefused(
                Reason.PROOF_KEY_NOT_AS_NAMED,
                () -> NamedKey.inPushed(with(GOOD, "dpop_jkt", "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"), proven));
    }

    @Test
    void noMoreScopesAreAskedForThanAreRegisteredAndOffered() {
        assertRefused(Reason.SCOPE_UNKNOWN, () -> readAsked("mcp offline_access", new Scope("mcp")));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> readAsked("mcp openid", new Scope("mcp")));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> readAsked("openid email", new Scope("mcp", "openid")));
        assertThat(readAsked("openid", new Scope("mcp", "openid")).scope()).isEqualTo(new Scope("openid"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> readAsked("mcp admin", new Scope("mcp", "admin")));
        assertThat(readAsked("mcp", new Scope("mcp", "admin")).scope()).isEqualTo(Scopes.baseline());
    }

    @Test
    void howThePersonIsToSignOnIsRead() {
        Parameters asked = with(
                with(with(GOOD, "max_age", "300"), "login_hint", "alice@example.com"), "acr_values", " urn:one  two ");

        assertThat(read(asked).demands())
                .isEqualTo(new SignOnDemands(
                        false,
                        Optional.of(Duration.ofMinutes(5)),
                        Optional.of("alice@example.com"),
                        List.of("urn:one", "two")));
        assertThat(read(GOOD).demands()).isEqualTo(SignOnDemands.NONE);
        assertThat(read(with(GOOD, "prompt", "consent")).demands()).isEqualTo(SignOnDemands.NONE);
    }

    /** Okta lets nobody select an account; who signs on anew may name another. */
    @ParameterizedTest
    @ValueSource(strings = {"login", "login consent", "select_account"})
    void whoIsToSignOnAnewMustHaveDoneSoJustNowWhateverAgeIsAllowedBeside(String prompt) {
        SignOnDemands demands =
                read(with(with(GOOD, "prompt", prompt), "max_age", "3600")).demands();

        assertThat(demands.anew()).isTrue();
        assertThat(demands.maxAge()).contains(Duration.ZERO);
        assertThat(demands.authenticatedSince(Instant.EPOCH)).contains(Instant.EPOCH);
    }

    /** OpenID Connect Core 3.1.2.1: {@code max_age=0} is {@code prompt=login} in other words. */
    @Test
    void anAgeOfNothingMeansToSignOnAnew() {
        assertThat(read(with(GOOD, "max_age", "0")).demands())
                .isEqualTo(read(with(GOOD, "prompt", "login")).demands());
    }

    @ParameterizedTest
    @CsvSource({
        "max_age, -1",
        "max_age, 1.5",
        "max_age, soon",
        "max_age, 9999999999",
        "prompt, sometimes",
        "prompt, create"
    })
    void aDemandThatCannotBeUnderstoodIsRefused(String name, String value) {
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, name, value)));
    }

    @Test
    void aBoundlessHintOrWishIsRefused() {
        assertThat(read(with(GOOD, "login_hint", "a".repeat(320))).demands().loginHint())
                .isPresent();
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "login_hint", "a".repeat(321))));
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "acr_values", "a".repeat(1001))));
    }

    @Test
    void aNonceIsForTheIdToken() {
        Parameters asking = with(GOOD, "nonce", "n-0S6_WzA2Mj");

        assertThat(read(asking).identity().nonce()).contains("n-0S6_WzA2Mj");
        assertThat(read(GOOD).identity()).isEqualTo(AskedIdentity.NONE);
        assertThat(read(with(asking, "scope", "mcp")).identity().nonce()).isEmpty();
        assertThat(read(with(GOOD, "nonce", "n".repeat(1000))).identity().nonce())
                .isPresent();
        assertRefused(Reason.MALFORMED_REQUEST, () -> read(with(GOOD, "nonce", "n".repeat(1001))));
    }

    @Test
    void whomTheClientExpectsIsReadOfAnIdTokenThatItWasGiven() {
        Secret hint = idToken("client");

        assertThat(read(with(GOOD, "id_token_hint", hint.value())).identity().user())
                .contains("00ualice");
        assertThat(read(with(with(GOOD, "id_token_hint", hint.value()), "scope", "mcp"))
                        .identity()
                        .user())
                .contains("00ualice");
        assertRefused(
                Reason.ID_TOKEN_HINT_INVALID,
                () -> read(with(GOOD, "id_token_hint", idToken("two").value())));
        assertRefused(Reason.ID_TOKEN_HINT_INVALID, () -> read(with(GOOD, "id_token_hint", "x")));
    }

    private static Secret idToken(String client) {
        return Samples.idTokens()
                .mint(new OpenIdToken(
                        "00ualice",
                        client,
                        Optional.empty(),
                        AuthenticationEvent.UNKNOWN,
                        new Secret("an access token"),
                        Instant.EPOCH));
    }

    /** OpenID Connect Core 3.1.2.1, 5.5 and 15.1: what is not supported must not be an error. */
    @ParameterizedTest
    @CsvSource({
        "display, popup",
        "ui_locales, fr-CA fr en",
        "claims_locales, fr",
        "claims, {\"userinfo\":{\"groups\":{\"essential\":true}}}",
        "acr_values, urn:nowhere",
        "extra, something"
    })
    void whatNeedNotBeUnderstoodChangesNothing(String name, String value) {
        ClientRequest request = read(with(GOOD, name, value));

        assertThat(request.scope()).isEqualTo(Scopes.offered());
        assertThat(request.identity()).isEqualTo(AskedIdentity.NONE);
    }

    /** It is kept for the time of a sign-on, and anybody may send one. */
    @Test
    void aBoundlessStateIsDisplayed() {
        assertRefused(Reason.MALFORMED_REQUEST, () -> requests.redirection(with(GOOD, "state", "s".repeat(4097))));
    }

    @Test
    void whoAsksForNothingGetsTheBaseline() {
        assertThat(read(with(GOOD, "scope")).scope()).isEqualTo(Scopes.baseline());
        assertThat(read(with(GOOD, "scope", " ")).scope()).isEqualTo(Scopes.baseline());
    }

    @Test
    void theDefaultResourceIsMeantWhereNoneIsNamedAndMayBeNamedInAnyForm() {
        assertThat(read(with(GOOD, "resource")).resources()).isEqualTo(Samples.RESOURCES);
        assertThat(read(with(GOOD, "resource", "HTTPS://Proxy.Example:443/mcp/"))
                        .resources())
                .isEqualTo(Samples.RESOURCES);
        assertThat(read(with(GOOD, "resource", Samples.RESOURCE, Samples.RESOURCE + "/"))
                        .resources())
                .isEqualTo(Samples.RESOURCES);
        assertRefused(
                Reason.RESOURCE_UNKNOWN,
                () -> read(with(GOOD, "resource", Samples.RESOURCE, "https://other.example/mcp")));
    }

    @Test
    void eachBackendIsAResource() {
        AuthorizationRequests many = manyBackends(Optional.of(Samples.backend("")));
        String files = Samples.ISSUER + "/files/mcp";

        assertThat(read(many, with(GOOD, "resource", files)).resources()).isEqualTo(Resources.of(files));
        assertThat(read(many, with(GOOD, "resource", files + "/")).resources()).isEqualTo(Resources.of(files));
        assertThat(read(many, with(GOOD, "resource")).resources()).isEqualTo(Samples.RESOURCES);
        for (String unknown : List.of("/jira/mcp", "/files", "/files/mcp/x", "/okta/mcp", "")) {
            assertRefused(Reason.RESOURCE_UNKNOWN, () -> read(many, with(GOOD, "resource", Samples.ISSUER + unknown)));
        }
    }

    @Test
    void severalAreAskedForAtOnceAndOneThatIsRepeatedCountsOnce() {
        AuthorizationRequests many = manyBackends(Optional.of(Samples.backend("")));
        String files = Samples.ISSUER + "/files/mcp";

        assertThat(read(many, with(GOOD, "resource", files, Samples.RESOURCE)).resources())
                .isEqualTo(Resources.of(files, Samples.RESOURCE));
        assertThat(read(many, with(GOOD, "resource", files, files + "/", "HTTPS://PROXY.EXAMPLE/files/mcp"))
                        .resources())
                .isEqualTo(Resources.of(files));
    }

    /** The attack: one that is good, and beside it one that nobody looks at. */
    @Test
    void ofSeveralEachMustBeOneOfOurs() {
        AuthorizationRequests many = manyBackends(Optional.of(Samples.backend("")));
        String files = Samples.ISSUER + "/files/mcp";

        for (String bad : List.of("https://evil.example/mcp", files + "?a=b", files + "#a", "files", "%")) {
            for (String[] both : List.of(new String[] {files, bad}, new String[] {bad, files})) {
                assertRefused(Reason.RESOURCE_UNKNOWN, () -> read(many, with(GOOD, "resource", both)));
            }
        }
    }

    @Test
    void noMoreThanTwentyAreAskedForAtOnce() {
        List<String> names =
                IntStream.rangeClosed(1, 21).mapToObj(number -> "s" + number).toList();
        AuthorizationRequests many = new AuthorizationRequests(
                KnownDocuments.none(new KnownClients(Samples.client("client"))),
                Samples.settings(Backends.of(
                        Optional.empty(), names.stream().map(Samples::backend).toList())),
                Samples.idTokens());
        String[] resources =
                names.stream().map(name -> Samples.ISSUER + "/" + name + "/mcp").toArray(String[]::new);

        assertRefused(Reason.RESOURCES_TOO_MANY, () -> read(many, with(GOOD, "resource", resources)));
        assertThat(read(many, with(GOOD, "resource", Arrays.copyOf(resources, 20)))
                        .resources()
                        .all())
                .hasSize(20);
    }

    @Test
    void withoutADefaultBackendTheResourceMustBeNamed() {
        AuthorizationRequests many = manyBackends(Optional.empty());

        assertRefused(Reason.RESOURCE_UNKNOWN, () -> read(many, with(GOOD, "resource")));
        assertRefused(Reason.RESOURCE_UNKNOWN, () -> read(many, GOOD));
    }

    /** A client learns of such a scope after it has registered. */
    @Test
    void aScopeOfAPolicyIsForEveryClientAndForThatResourceAlone(@TempDir Path folder) {
        Backends backends = Backends.of(Optional.of(Samples.backend("")), List.of(Samples.backend("files")));
        AuthorizationRequests withPolicy = new AuthorizationRequests(
                KnownDocuments.none(new KnownClients(Samples.client("client"))),
                Samples.settings(backends, folder, "files.tools.write.scopes=files.write"),
                Samples.idTokens());
        Parameters asking = with(GOOD, "scope", "mcp files.write");
        String files = Samples.ISSUER + "/files/mcp";

        assertThat(read(withPolicy, with(asking, "resource", files)).scope()).isEqualTo(Scope.parse("mcp files.write"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> read(withPolicy, asking));
        assertRefused(
                Reason.SCOPE_UNKNOWN,
                () -> read(withPolicy, with(with(asking, "resource", files), "scope", "files.read")));
        assertThat(read(withPolicy, with(asking, "resource", Samples.RESOURCE, files))
                        .scope())
                .isEqualTo(Scope.parse("mcp files.write"));
    }

    @Test
    void aClientOfTheFileMayAskForNoScopeThatDoesNotStandThere(@TempDir Path folder) {
        Backends backends = Backends.of(Optional.of(Samples.backend("")), List.of(Samples.backend("files")));
        Settings withPolicy = Samples.settings(backends, folder, "files.tools.write.scopes=files.write");
        String files = Samples.ISSUER + "/files/mcp";
        Parameters asking = with(with(GOOD, "scope", "mcp files.write"), "resource", files);

        assertThat(read(ofFile("mcp files.write", files, withPolicy), asking).scope())
                .isEqualTo(Scope.parse("mcp files.write"));
        assertRefused(Reason.SCOPE_UNKNOWN, () -> read(ofFile("mcp", files, withPolicy), asking));
        assertRefused(
                Reason.SCOPE_UNKNOWN, () -> read(ofFile("files.write", files, withPolicy), with(asking, "scope")));
    }

    private static AuthorizationRequests ofFile(String scope, String resource, Settings settings) {
        PreregisteredClient known = new PreregisteredClient(
                Samples.client("client", Scope.parse(scope)), Set.of(resource), Set.of(), Set.of());
        return new AuthorizationRequests(
                new ClientLookup(new KnownClients(), id -> Optional.of(known), new KnownDocuments()),
                settings,
                Samples.idTokens());
    }

    @Test
    void aResourceThatTheAdministratorKeepsAClientFromIsRefused() {
        Backends backends = Backends.of(Optional.of(Samples.backend("")), List.of(Samples.backend("files")));
        PreregisteredClient kept =
                new PreregisteredClient(Samples.client("client"), Set.of(Samples.RESOURCE), Set.of(), Set.of());
        AuthorizationRequests limited = new AuthorizationRequests(
                new ClientLookup(
                        new KnownClients(),
                        id -> Optional.of(kept)
                                .filter(known -> known.client().id().equals(id)),
                        new KnownDocuments()),
                Samples.settings(backends),
                Samples.idTokens());

        assertThat(read(limited, GOOD).resources()).isEqualTo(Samples.RESOURCES);
        assertRefused(
                Reason.RESOURCE_NOT_FOR_CLIENT,
                () -> read(limited, with(GOOD, "resource", Samples.ISSUER + "/files/mcp")));
        assertRefused(
                Reason.RESOURCE_NOT_FOR_CLIENT,
                () -> read(limited, with(GOOD, "resource", Samples.RESOURCE, Samples.ISSUER + "/files/mcp")));
    }

    private static AuthorizationRequests manyBackends(Optional<Backend> standard) {
        return new AuthorizationRequests(
                KnownDocuments.none(new KnownClients(Samples.client("client"))),
                Samples.settings(Backends.of(standard, List.of(Samples.backend("files")))),
                Samples.idTokens());
    }

    private static ClientRequest read(AuthorizationRequests requests, Parameters parameters) {
        return requests.request(parameters, requests.redirection(parameters));
    }

    /** Of a client that may not refresh, and is registered for these scopes. */
    private static ClientRequest readAsked(String asked, Scope registered) {
        Client client = Samples.client("client");
        Client other = new Client(
                client.id(),
                client.name(),
                client.redirectUris(),
                client.authenticationMethod(),
                client.secretHash(),
                Set.of(GrantType.AUTHORIZATION_CODE),
                registered,
                client.registeredAt());
        AuthorizationRequests requests = new AuthorizationRequests(
                KnownDocuments.none(new KnownClients(other)), Samples.settings(), Samples.idTokens());
        Parameters parameters = with(GOOD, "scope", asked);
        return requests.request(parameters, requests.redirection(parameters));
    }

    private ClientRequest read(Parameters parameters) {
        return read(requests, parameters);
    }
}
