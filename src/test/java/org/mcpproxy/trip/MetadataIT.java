package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** What is advertised works, and what is not advertised does not (RFC 8414, OpenID Connect Discovery, RFC 9728). */
class MetadataIT {

    private static final String OAUTH = "/.well-known/oauth-authorization-server";
    private static final String OPENID = "/.well-known/openid-configuration";
    private static final String RESOURCE = "/.well-known/oauth-protected-resource";
    private static final String DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
    private static final String TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";
    private static final String REDIRECT = "http://127.0.0.1:8123/callback";

    private final Installation installation = Installation.shared();
    private final String issuer = installation.at("").toString();

    @ParameterizedTest
    @ValueSource(strings = {OAUTH, OPENID})
    void itSaysExactlyThis(String path) {
        Map<String, Object> expected = new LinkedHashMap<>();
        expected.put("issuer", issuer);
        expected.put("authorization_endpoint", issuer + "/oauth2/v1/authorize");
        expected.put("device_authorization_endpoint", issuer + "/oauth2/v1/device_authorization");
        expected.put("token_endpoint", issuer + "/oauth2/v1/token");
        expected.put("registration_endpoint", issuer + "/oauth2/v1/clients");
        expected.put("revocation_endpoint", issuer + "/oauth2/v1/revoke");
        expected.put("jwks_uri", issuer + "/.well-known/jwks.json");
        expected.put("scopes_supported", List.of("mcp", "offline_access", "openid", "profile", "email"));
        expected.put("response_types_supported", List.of("code"));
        expected.put("response_modes_supported", List.of("query"));
        expected.put(
                "grant_types_supported",
                List.of(
                        "authorization_code",
                        "refresh_token",
                        DEVICE_CODE,
                        "client_credentials",
                        TOKEN_EXCHANGE,
                        "urn:ietf:params:oauth:grant-type:jwt-bearer"));
        expected.put("authorization_grant_profiles_supported", List.of("urn:ietf:params:oauth:grant-profile:id-jag"));
        expected.put("code_challenge_methods_supported", List.of("S256"));
        List<String> methods = List.of("none", "client_secret_basic", "client_secret_post", "private_key_jwt");
        expected.put("token_endpoint_auth_methods_supported", methods);
        expected.put("revocation_endpoint_auth_methods_supported", methods);
        List<String> algorithms = List.of("RS256", "PS256", "ES256");
        expected.put("token_endpoint_auth_signing_alg_values_supported", algorithms);
        expected.put("revocation_endpoint_auth_signing_alg_values_supported", algorithms);
        expected.put("introspection_endpoint", issuer + "/oauth2/v1/introspect");
        expected.put(
                "introspection_endpoint_auth_methods_supported",
                List.of("client_secret_basic", "client_secret_post", "private_key_jwt"));
        expected.put("introspection_endpoint_auth_signing_alg_values_supported", algorithms);
        expected.put("userinfo_endpoint", issuer + "/oauth2/v1/userinfo");
        expected.put("subject_types_supported", List.of("public"));
        expected.put("id_token_signing_alg_values_supported", List.of("RS256"));
        expected.put(
                "claims_supported",
                List.of("iss", "sub", "aud", "exp", "iat", "auth_time", "acr", "nonce", "at_hash", "name", "email"));
        for (String unsupported : List.of("request", "request_uri", "claims")) {
            expected.put(unsupported + "_parameter_supported", false);
        }
        expected.put("dpop_signing_alg_values_supported", List.of("ES256", "PS256", "RS256"));
        expected.put("client_id_metadata_document_supported", true);
        expected.put("authorization_response_iss_parameter_supported", true);

        JSONObject document = get(path);

        assertThat(document).containsAllEntriesOf(expected);
        assertThat(document).doesNotContainKeys("end_session_endpoint");
    }

    @ParameterizedTest
    @ValueSource(strings = {"none", "client_secret_basic", "client_secret_post"})
    void everyAuthenticationMethodMakesTheWholeTrip(String method) {
        OAuthClient client = OAuthClient.register(installation.proxy(), method, REDIRECT);

        Answer tokens =
                authenticated(client, method, "/oauth2/v1/token", client.redemptionParameters(client.code("bob")));
        Answer refreshed = authenticated(
                client, method, "/oauth2/v1/token", client.refreshParameters(tokens.get("refresh_token")));
        Answer revoked = authenticated(
                client,
                method,
                "/oauth2/v1/revoke",
                Map.of("token", refreshed.get("refresh_token"), "client_id", client.id()));

        assertThat(List.of(tokens.status(), refreshed.status(), revoked.status()))
                .containsOnly(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"mcp", "offline_access", "offline_access mcp"})
    void everyScopeIsGranted(String scope) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("scope", scope);

        URI answer = new Browser().signOn(client.authorizationUri(parameters), "bob", client.redirectUri());

        assertThat(client.redeem(OAuthClient.parameter(answer, "code"))
                        .get("scope")
                        .split(" "))
                .containsExactlyInAnyOrder(scope.split(" "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"urn:ietf:params:oauth:grant-type:saml2-bearer", "password", "implicit"})
    void aGrantTypeThatIsNotAdvertisedDoesNotWork(String grantType) {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        assertThat(client.token(Map.of("grant_type", grantType, "client_id", client.id()))
                        .get("error"))
                .isEqualTo("unsupported_grant_type");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/v1/device", "/oauth2/v1/keys", "/register", "/authorize", "/token"})
    void whatIsNotAdvertisedIsNotThere(String path) {
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(path)))
                        .status())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {RESOURCE, RESOURCE + "/mcp"})
    void theResourceNamesItselfAndUs(String path) {
        JSONObject document = get(path);

        assertThat(document.get("resource"))
                .isEqualTo(installation.proxy().mcp().toString());
        assertThat(document.get("authorization_servers")).isEqualTo(List.of(issuer));
        assertThat(document.get("scopes_supported")).isEqualTo(List.of("mcp"));
        assertThat(document.get("bearer_methods_supported")).isEqualTo(List.of("header"));
    }

    @Test
    void theResourceOfOktasTokensIsNotThereWhileItIsOff() {
        for (String path : new String[] {RESOURCE + "/okta/mcp", "/okta/mcp"}) {
            assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(path)))
                            .status())
                    .isEqualTo(404);
        }
    }

    @Test
    void onlyThePublicHalfOfTheKeysIsPublished() {
        assertThat(get("/.well-known/jwks.json").toJSONString())
                .contains("\"kty\":\"RSA\"", "\"n\":")
                .doesNotContain("\"d\":", "\"p\":", "\"q\":");
    }

    @Test
    void slashesAreWrittenPlainly() {
        for (String path : new String[] {OAUTH, OPENID, RESOURCE}) {
            assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(path)))
                            .text())
                    .doesNotContain("\\/");
        }
    }

    private static Answer authenticated(
            OAuthClient client, String method, String path, Map<String, String> parameters) {
        Map<String, String> sent = new LinkedHashMap<>(parameters);
        if ("client_secret_basic".equals(method)) {
            return client.post(path, sent, client.basic(client.secret()));
        }
        if ("client_secret_post".equals(method)) {
            sent.put("client_secret", client.secret());
        }
        return client.post(path, sent);
    }

    private JSONObject get(String path) {
        Answer answer = OAuthClient.send(HttpRequest.newBuilder(installation.at(path)));
        assertThat(answer.status()).isEqualTo(200);
        return answer.json();
    }
}
