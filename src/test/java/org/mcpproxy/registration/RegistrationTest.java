package org.mcpproxy.registration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;

class RegistrationTest {

    private static final String PUBLIC =
            "'redirect_uris':['https://app.example/cb'],'token_endpoint_auth_method':'none'";

    private final KnownClients clients = new KnownClients();
    private final Registration registration =
            new Registration(clients, Samples.settings(), new SettableClock(), Samples.RANDOM);

    @Test
    void aPublicClientIsRegisteredWithoutASecret() {
        Registered registered = register("{" + PUBLIC + ",'client_name':'An app'}");

        assertThat(registered.secret()).isEmpty();
        assertThat(registered.client().isPublic()).isTrue();
        assertThat(registered.client().name()).contains("An app");
        assertThat(registered.client().grantTypes()).containsExactly(GrantType.AUTHORIZATION_CODE);
        assertThat(clients.find(registered.client().id())).contains(registered.client());
    }

    /** RFC 7591 2: the method that is meant where none is named. */
    @Test
    void aConfidentialClientGetsASecretOfWhichOnlyTheHashIsKept() {
        Registered registered = register("{'redirect_uris':['https://app.example/cb']}");

        assertThat(registered.client().authenticationMethod())
                .isEqualTo(ClientAuthenticationMethod.CLIENT_SECRET_BASIC);
        assertThat(registered
                        .secret()
                        .orElseThrow()
                        .hashesTo(registered.client().secretHash().orElseThrow()))
                .isTrue();
        assertThat(registered.toString())
                .doesNotContain(registered.secret().orElseThrow().value());
    }

    @Test
    void aScopeOfAPolicyIsRegistered(@TempDir Path folder) {
        Registration withPolicy = new Registration(
                clients,
                Samples.settings(Backends.of(Samples.backend("")), folder, "mcp.tools.write.scopes=files.write"),
                new SettableClock(),
                Samples.RANDOM);
        Registered registered =
                withPolicy.register(("{" + PUBLIC + ",'scope':'mcp files.write other'}").replace('\'', '"'));
        assertThat(registered.client().scope().toStringList()).containsExactlyInAnyOrder("mcp", "files.write");
    }

    /** RFC 9449 5.2. */
    @Test
    void aClientMayHaveAllItsTokensBound() {
        assertThat(register("{" + PUBLIC + ",'dpop_bound_access_tokens':true}")
                        .client()
                        .bindsTokens())
                .isTrue();
        assertThat(register("{" + PUBLIC + "}").client().bindsTokens()).isFalse();
        assertRefused(
                Reason.CLIENT_METADATA_INVALID, () -> register("{" + PUBLIC + ",'dpop_bound_access_tokens':'yes'}"));
    }

    @Test
    void noRegistrationReplacesAnother() {
        String one = register("{" + PUBLIC + ",'client_id':'mine'}").client().id();
        String two = register("{" + PUBLIC + ",'client_id':'mine'}").client().id();

        assertThat(one).isNotEqualTo(two).isNotEqualTo("mine");
        assertThat(clients.count()).isEqualTo(2);
    }

    @Test
    void whatIsNotOfferedIsLeftOut() {
        Registered registered = register("{" + PUBLIC + ",'application_type':'native','scope':'mcp groups admin',"
                + "'grant_types':['authorization_code','refresh_token','implicit','urn:x']}");

        assertThat(registered.client().grantTypes())
                .containsExactlyInAnyOrder(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN);
        assertThat(registered.client().scope()).isEqualTo(Scopes.baseline());
    }

    /** RFC 7591 2: redirect URIs are for what redirects. */
    @Test
    void aDeviceNeedsNoRedirectUriAndIsGivenNone() {
        String device =
                "'token_endpoint_auth_method':'none','grant_types':['" + GrantType.DEVICE_CODE + "','refresh_token']";

        assertThat(register("{" + device + "}").client().redirectUris()).isEmpty();
        assertThat(register("{" + device + ",'response_types':[]}").client().grantTypes())
                .containsExactlyInAnyOrder(GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN);
        assertThat(register("{" + device + ",'redirect_uris':['https://app.example/cb']}")
                        .client()
                        .redirectUris())
                .as("an answer could be had there by a grant that was not registered")
                .isEmpty();
    }

    @Test
    void whoIsRedirectedToAsWellRegistersWhere() {
        String both = "'grant_types':['authorization_code','" + GrantType.DEVICE_CODE + "']";

        assertRefused(Reason.REDIRECT_URI_UNACCEPTABLE, () -> register("{" + both + "}"));
        assertThat(register("{" + both + ",'redirect_uris':['https://app.example/cb']}")
                        .client()
                        .redirectUris())
                .containsExactly("https://app.example/cb");
        assertRefused(
                Reason.CLIENT_METADATA_INVALID,
                () -> register("{" + both + ",'response_types':[],'redirect_uris':['https://app.example/cb']}"));
    }

    /** Many MCP clients register for just these, and mean the MCP server. */
    @Test
    void whoNamesOnlyWhoItsUserIsGetsTheBaselineToo() {
        assertThat(scope("openid profile email")).containsExactlyInAnyOrder("mcp", "openid", "profile", "email");
        assertThat(scope("openid groups")).containsExactlyInAnyOrder("mcp", "openid");
        assertThat(scope("openid offline_access")).containsExactlyInAnyOrder("mcp", "openid", "offline_access");
        assertThat(scope("mcp email")).containsExactlyInAnyOrder("mcp", "email");
    }

    private List<String> scope(String asked) {
        return register("{" + PUBLIC + ",'scope':'" + asked + "'}")
                .client()
                .scope()
                .toStringList();
    }

    @Test
    void withoutScopeAClientGetsTheBaseline() {
        assertThat(register("{" + PUBLIC + "}").client().scope()).isEqualTo(Scopes.baseline());
        assertThat(register("{" + PUBLIC + ",'scope':''}").client().scope()).isEqualTo(Scopes.baseline());
        assertThat(register("{" + PUBLIC + ",'scope':','}").client().scope()).isEqualTo(Scopes.baseline());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{'redirect_uris':[]}",
                "{'redirect_uris':null}",
                "{'redirect_uris':['']}",
                "{'redirect_uris':['/callback']}",
                "{'redirect_uris':['http://app.example/cb']}",
                "{'redirect_uris':['http://localhost.evil.example/cb']}",
                "{'redirect_uris':['javascript:alert(1)']}",
                "{'redirect_uris':['data:text/html,x']}",
                "{'redirect_uris':['unknown://cb']}",
                "{'redirect_uris':['cursor://a@b_c/cb']}",
                "{'redirect_uris':['https://app.example/cb','http://evil.example/cb']}"
            })
    void withoutAcceptableRedirectUrisNoneIsRegistered(String json) {
        assertRefused(Reason.REDIRECT_URI_UNACCEPTABLE, () -> register(json));
        assertThat(clients.count()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "1",
                "'text'",
                "{",
                "{'redirect_uris':[null]}",
                "{'redirect_uris':'https://app.example/cb'}",
                "{'redirect_uris':[1]}",
                "{'redirect_uris':['https://app.example/cb'],'grant_types':'authorization_code'}",
                "{'redirect_uris':['https://app.example/cb'],'grant_types':[null]}",
                "{'redirect_uris':['https://app.example/cb'],'grant_types':['client_credentials']}",
                "{'redirect_uris':['https://app.example/cb'],'grant_types':[]}",
                "{'redirect_uris':['https://app.example/cb'],'response_types':['token']}",
                "{'redirect_uris':['https://app.example/cb'],'response_types':[null]}",
                "{'redirect_uris':['https://app.example/cb'],'scope':1}",
                "{'redirect_uris':['https://app.example/cb'],'client_name':1}",
                "{'redirect_uris':['https://app.example/cb'],'token_endpoint_auth_method':'private_key_jwt'}",
                "{'redirect_uris':['https://app.example/cb'],'token_endpoint_auth_method':' '}",
                "{'redirect_uris':['https://app.example/cb'],'jwks':{'keys':[1]}}"
            })
    void metadataThatCannotBeReadIsRefusedAndDoesNotFail(String json) {
        assertRefused(Reason.CLIENT_METADATA_INVALID, () -> register(json));
        assertThat(clients.count()).isZero();
    }

    /** RFC 7591 2. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "'software_version':''",
                "'software_statement':'none'",
                "'client_uri':''",
                "'logo_uri':'/relative'",
                "'policy_uri':1",
                "'contacts':{}",
                "'client_name#de':1",
                "'made_up':null"
            })
    void whatIsNotUnderstoodIsIgnoredHoweverItIsWritten(String member) {
        assertThat(register("{" + PUBLIC + "," + member + "}").client().redirectUris())
                .isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example\\\\@evil.example/cb",
                "https://app.example/\\tcb",
                "https://app example/",
                "%",
                ":"
            })
    void whatIsNoUriIsNoRedirectUri(String uri) {
        assertRefused(Reason.REDIRECT_URI_UNACCEPTABLE, () -> register("{'redirect_uris':['" + uri + "']}"));
    }

    /** RFC 7592 3. */
    @Test
    void everyClientGetsATokenForItsRegistrationOfWhichOnlyTheHashIsKept() {
        Registered one = register("{" + PUBLIC + "}");
        Registered two = register("{" + PUBLIC + "}");

        assertThat(one.token().value()).hasSize(43);
        assertThat(one.token()).isNotEqualTo(two.token());
        assertThat(clients.find(one.client().id()).orElseThrow().registrationTokenHash())
                .contains(one.token().hash());
        assertThat(one.toString()).doesNotContain(one.token().value());
    }

    /** RFC 7591 2. */
    /** RFC 9126 6: it would rely on what nobody keeps to. */
    @Test
    void whoWantsItsRequestsToBePushedAloneIsNotRegistered() {
        assertRefused(
                Reason.PUSHED_REQUESTS_ALONE_UNSUPPORTED,
                () -> register("{'redirect_uris':['https://app.example/callback'],"
                        + "'require_pushed_authorization_requests':true}"));
    }

    @Test
    void keysComeInOneOfTwoWays() {
        assertRefused(
                Reason.CLIENT_METADATA_INVALID,
                () -> register("{" + PUBLIC + ",'jwks':{'keys':[]},'jwks_uri':'https://app.example/keys'}"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/cb",
                "https://APP.example/cb",
                "https://app.example:443/cb",
                "https://other.example:8443/cb",
                "http://127.0.0.1:8123/cb",
                "http://localhost/cb",
                "http://[::1]:1/cb",
                "https://localhost:8443/cb",
                "cursor://app.evil.example/cb",
                "com.example.app://cb"
            })
    void whereHostsAreNamedTheseAndThisMachineMayRegister(String redirectUri) {
        assertThat(ofHosts("{'redirect_uris':['" + redirectUri + "']}").client().redirectUris())
                .containsExactly(redirectUri);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://evil.example/cb",
                "https://app.example.evil.example/cb",
                "https://evil.example/app.example",
                "https://evil.example/?https://app.example/",
                "https://sub.app.example/cb",
                "https://app.example./cb",
                "https://xapp.example/cb",
                "https://app.example:8443/cb",
                "https://other.example/cb",
                "https://other.example:84430/cb",
                "https://localhost.evil.example/cb",
                "https://10.0.0.5/cb"
            })
    void whereHostsAreNamedNoOtherMayRegister(String redirectUri) {
        assertRefused(
                redirectUri.contains("84430") ? Reason.REDIRECT_URI_UNACCEPTABLE : Reason.REDIRECT_HOST_DENIED,
                () -> ofHosts("{'redirect_uris':['https://app.example/cb','" + redirectUri + "']}"));
        assertThat(clients.count()).isZero();
    }

    @Test
    void everythingIsBounded() {
        String uris = IntStream.range(0, 17)
                .mapToObj(number -> "'https://app.example/" + number + "'")
                .collect(Collectors.joining(","));

        assertRefused(Reason.REDIRECT_URIS_TOO_LONG, () -> register("{'redirect_uris':[" + uris + "]}"));
        assertRefused(
                Reason.CLIENT_NAME_TOO_LONG,
                () -> register("{" + PUBLIC + ",'client_name':'" + "x".repeat(201) + "'}"));
        assertRefused(
                Reason.CLIENT_METADATA_INVALID,
                () -> register("{'a':" + "[".repeat(30_000) + "]".repeat(30_000) + "}"));
    }

    @Test
    void allRedirectUrisTogetherMayHave4096Characters() {
        String half = "https://app.example/".concat("x".repeat(2028));

        register("{'redirect_uris':['" + half + "','" + half.replace("app", "aqq") + "']}");

        assertRefused(
                Reason.REDIRECT_URIS_TOO_LONG,
                () -> register("{'redirect_uris':['" + half + "','" + half.replace("app", "aqq")
                        + "','https://app.example/']}"));
    }

    private Registered ofHosts(String json) {
        RegistrationSettings hosts = new RegistrationSettings(
                RegistrationSettings.Access.OPEN, List.of(), Set.of("app.example", "other.example:8443"), 10);
        return new Registration(clients, Samples.settings(hosts), new SettableClock(), Samples.RANDOM)
                .register(json.replace('\'', '"'));
    }

    /** @param json with single quotes, to be read more easily */
    private Registered register(String json) {
        return registration.register(json.replace('\'', '"'));
    }
}
