package org.mcpproxy.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mcpproxy.config.Backends;
import org.mcpproxy.config.ClientDocumentSettings;
import org.mcpproxy.config.RegistrationSettings;
import org.mcpproxy.config.RegistrationSettings.Access;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Secret;

class MetadataTest {

    private final AuthorizationServer server = new AuthorizationServer(Samples.settings());

    @Test
    void everyAuthorizationServerMetadataIsReadByAClient() throws Exception {
        for (AuthorizationServerMetadata metadata : List.of(
                AuthorizationServerMetadata.parse(server.metadata()), OIDCProviderMetadata.parse(server.metadata()))) {
            assertThat(metadata.getIssuer().getValue()).isEqualTo(Samples.ISSUER);
            assertThat(metadata.getCodeChallengeMethods()).containsExactly(CodeChallengeMethod.S256);
            assertThat(metadata.getGrantTypes()).isEqualTo(Capabilities.GRANT_TYPES);
            assertThat(metadata.getScopes().toStringList())
                    .containsExactlyInAnyOrder("mcp", "offline_access", "openid", "profile", "email");
            assertThat(metadata.getTokenEndpointAuthMethods()).contains(ClientAuthenticationMethod.NONE);
            assertThat(metadata.supportsAuthorizationResponseIssuerParam()).isTrue();
            assertThat(metadata.getTokenEndpointURI()).hasToString(Samples.ISSUER + "/oauth2/v1/token");
            assertThat(metadata.getDeviceAuthorizationEndpointURI())
                    .hasToString(Samples.ISSUER + "/oauth2/v1/device_authorization");
            assertThat(metadata.getRegistrationEndpointURI()).hasToString(Samples.ISSUER + "/oauth2/v1/clients");
        }
    }

    @Test
    void nothingIsAdvertisedThatDoesNotWork() throws Exception {
        String text = server.metadata();
        JSONObject json = JSONObjectUtils.parse(text);

        assertThat(json)
                .doesNotContainKeys(
                        "introspection_endpoint", "end_session_endpoint", "authorization_grant_profiles_supported");
    }

    @Test
    void itIsSaidThatClientDocumentsAreTaken() throws Exception {
        String text = server.metadata();
        JSONObject json = JSONObjectUtils.parse(text);

        assertThat(json.get("client_id_metadata_document_supported")).isEqualTo(true);
        assertThat(json.get("token_endpoint_auth_methods_supported").toString()).contains("private_key_jwt");
        assertThat(json.get("token_endpoint_auth_signing_alg_values_supported"))
                .isEqualTo(List.of("RS256", "PS256", "ES256"));
    }

    @Test
    void whereClientDocumentsAreOffNothingSaysThatTheyAreTaken() throws Exception {
        AuthorizationServer without = new AuthorizationServer(Samples.settings(
                new ClientDocumentSettings(false, Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty())));

        String text = without.metadata();
        assertThat(text).doesNotContain("client_id_metadata_document", "private_key_jwt", "auth_signing_alg");
    }

    @Test
    void whereNobodyMayRegisterNothingSaysWhere() throws Exception {
        AuthorizationServer closed = new AuthorizationServer(
                Samples.settings(new RegistrationSettings(Access.CLOSED, List.of(), Set.of(), 10)));
        AuthorizationServer withToken = new AuthorizationServer(
                Samples.settings(new RegistrationSettings(Access.TOKEN, List.of(new Secret("a token")), Set.of(), 10)));

        String text = closed.metadata();
        assertThat(text).doesNotContain("registration_endpoint", "/oauth2/v1/clients");
        assertThat(withToken.metadata()).contains("registration_endpoint").doesNotContain("a token");
    }

    /** Client credentials and introspection are for those clients alone. */
    @Test
    void whatIsForClientsOfTheFileIsSaidWhereThereIsOne() throws Exception {
        AuthorizationServer with = new AuthorizationServer(Samples.withClients(
                Samples.settings(new ClientDocumentSettings(
                        false, Set.of(), Set.of(), Set.of(), Optional.empty(), Optional.empty())),
                "[]"));

        String text = with.metadata();
        JSONObject json = JSONObjectUtils.parse(text);

        assertThat(json.get("grant_types_supported"))
                .isEqualTo(List.of(
                        "authorization_code",
                        "refresh_token",
                        "urn:ietf:params:oauth:grant-type:device_code",
                        "client_credentials",
                        "urn:ietf:params:oauth:grant-type:token-exchange"));
        assertThat(json.get("token_endpoint_auth_methods_supported").toString()).contains("private_key_jwt");
        assertThat(json.get("introspection_endpoint")).isEqualTo(Samples.ISSUER + "/oauth2/v1/introspect");
        assertThat(json.get("introspection_endpoint_auth_methods_supported"))
                .isEqualTo(List.of("client_secret_basic", "client_secret_post", "private_key_jwt"));
        assertThat(json.get("introspection_endpoint_auth_signing_alg_values_supported"))
                .isEqualTo(List.of("RS256", "PS256", "ES256"));
        assertThat(json).doesNotContainKey("client_id_metadata_document_supported");
    }

    /** draft-ietf-oauth-identity-assertion-authz-grant-03 7.2 and 8.4: that they are taken, and not whose. */
    @Test
    void thatAssertionsForUsersAreTakenIsSaidWhereTheyAreAndNotOfWhom() throws Exception {
        Settings without = Samples.withClients(Samples.settings(), "[]");
        Settings with = Samples.withCrossAppAccess(without);

        JSONObject json = JSONObjectUtils.parse(new AuthorizationServer(with).metadata());
        assertThat(json.get("authorization_grant_profiles_supported"))
                .isEqualTo(List.of("urn:ietf:params:oauth:grant-profile:id-jag"));
        assertThat(json.get("grant_types_supported").toString())
                .contains("urn:ietf:params:oauth:grant-type:jwt-bearer");
        assertThat(new AuthorizationServer(with).metadata())
                .doesNotContain(with.okta().issuer().getHost());
        for (Settings other : List.of(without, Samples.withCrossAppAccess(Samples.settings()))) {
            assertThat(new AuthorizationServer(other).metadata())
                    .doesNotContain("authorization_grant_profiles_supported", "grant-type:jwt-bearer");
        }
    }

    /** OpenID Connect Discovery 3: left out, it would mean yes. */
    @Test
    void requestUrisAreSaidNotToBeSupported() throws Exception {
        assertThat(JSONObjectUtils.parse(server.metadata()).get("request_uri_parameter_supported"))
                .isEqualTo(false);
    }

    /** RFC 9470 7. */
    @Test
    void theContextClassesAreThoseThatThePolicyTakes(@TempDir Path folder) throws Exception {
        AuthorizationServer demanding = new AuthorizationServer(Samples.settings(
                Backends.of(Samples.backend("files")), folder, "files.tools.wipe.acr_values=phrh phr"));

        assertThat(JSONObjectUtils.parse(demanding.metadata()))
                .containsEntry("acr_values_supported", List.of("phr", "phrh"));
        assertThat(JSONObjectUtils.parse(server.metadata())).doesNotContainKey("acr_values_supported");
    }

    /** OpenID Connect Discovery 3. */
    @Test
    void aRelyingPartyLearnsWhatItNeeds() throws Exception {
        JSONObject json = JSONObjectUtils.parse(server.metadata());

        assertThat(json)
                .containsEntry("userinfo_endpoint", Samples.ISSUER + "/oauth2/v1/userinfo")
                .containsEntry("subject_types_supported", List.of("public"))
                .containsEntry("id_token_signing_alg_values_supported", List.of("RS256"))
                .containsEntry("claims_parameter_supported", false)
                .containsEntry("request_parameter_supported", false)
                .containsEntry(
                        "claims_supported",
                        List.of(
                                "iss",
                                "sub",
                                "aud",
                                "exp",
                                "iat",
                                "auth_time",
                                "acr",
                                "nonce",
                                "at_hash",
                                "name",
                                "email"));
        assertThat(json)
                .doesNotContainKeys(
                        "userinfo_signing_alg_values_supported",
                        "id_token_encryption_alg_values_supported",
                        "request_object_signing_alg_values_supported",
                        "acr_values_supported");
    }

    /** RFC 9728 2. */
    @Test
    void aResourceNamesItselfItsServerAndNoScopeOfTheServersOwn() throws Exception {
        JSONObject json = JSONObjectUtils.parse(
                ProtectedResource.ours(URI.create(Samples.RESOURCE), Samples.ISSUER, "", new Scope("files.write"))
                        .metadata());

        assertThat(json.get("resource")).isEqualTo(Samples.RESOURCE);
        assertThat(json.get("authorization_servers")).isEqualTo(List.of(Samples.ISSUER));
        assertThat(json.get("scopes_supported")).isEqualTo(List.of("mcp", "files.write"));
        assertThat(json.get("bearer_methods_supported")).isEqualTo(List.of("header"));
    }

    /** RFC 9449 5.1 and RFC 9728 2: who sends bearer tokens may go on. */
    @Test
    void whatAProofMayBeSignedWithIsToldAndThatNoneIsRequired() throws Exception {
        JSONObject resource = JSONObjectUtils.parse(
                ProtectedResource.ours(URI.create(Samples.RESOURCE), Samples.ISSUER, "", new Scope())
                        .metadata());

        for (JSONObject json : List.of(JSONObjectUtils.parse(server.metadata()), resource)) {
            assertThat(json.get("dpop_signing_alg_values_supported")).isEqualTo(List.of("ES256", "PS256", "RS256"));
            assertThat(json).doesNotContainKey("dpop_bound_access_tokens_required");
        }
    }

    @Test
    void oktasResourceNamesOkta() throws Exception {
        JSONObject json = JSONObjectUtils.parse(ProtectedResource.okta(
                        URI.create(Samples.ISSUER + "/okta/mcp"),
                        URI.create("https://acme.okta.com/oauth2/default"),
                        new Scope())
                .metadata());

        assertThat(json.get("authorization_servers")).isEqualTo(List.of("https://acme.okta.com/oauth2/default"));
        assertThat(json).doesNotContainKeys("scopes_supported", "dpop_signing_alg_values_supported");
    }
}
