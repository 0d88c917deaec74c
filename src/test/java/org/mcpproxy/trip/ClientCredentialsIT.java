package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.AccessTokenResponse;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;

/** A client that an administrator registered acts for itself (RFC 6749 4.4), by a library's client and by a plain one. */
class ClientCredentialsIT {

    private final Installation installation = Installation.shared();
    private final OAuthClient service = preregistered(Preregistered.BASIC);

    @ParameterizedTest
    @ValueSource(strings = {Preregistered.BASIC, Preregistered.POST, Preregistered.KEYED})
    void aServiceProvesItselfInItsOwnWayAndCallsAndDisconnects(String client) throws Exception {
        AuthorizationServerMetadata server = metadata();
        ClientAuthentication proof = Preregistered.proof(client, server.getTokenEndpointURI());
        assertThat(server.getGrantTypes()).contains(GrantType.CLIENT_CREDENTIALS);
        assertThat(server.getTokenEndpointAuthMethods()).contains(proof.getMethod());

        AccessTokenResponse response = tokens(proof, server.getTokenEndpointURI());

        assertThat(response.getTokens().getRefreshToken()).isNull();
        BearerAccessToken token = response.getTokens().getBearerAccessToken();
        assertThat(token.getScope()).isEqualTo(new Scope("mcp"));
        assertThat(token.getLifetime()).isBetween(590L, 600L);
        assertThat(ping(token.getValue()).status()).isEqualTo(200);

        ClientAuthentication again = Preregistered.proof(client, server.getTokenEndpointURI());
        assertThat(new TokenRevocationRequest(server.getRevocationEndpointURI(), again, token)
                        .toHTTPRequest()
                        .send()
                        .getStatusCode())
                .isEqualTo(200);
        assertThat(ping(token.getValue()).get("error")).isEqualTo("invalid_token");
    }

    /** RFC 6749 5.1 and 4.4.3. */
    @Test
    void theAnswerIsNotKeptAndHoldsNoRefreshToken() {
        Answer answer = issued();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.json()).containsOnlyKeys("access_token", "token_type", "expires_in", "scope");
    }

    @Test
    void toRevokeOneTokenLeavesTheOthers() {
        String first = issued().get("access_token");
        String second = issued().get("access_token");

        assertThat(revoke(service, first).status()).isEqualTo(200);
        assertThat(revoke(service, first).status()).isEqualTo(200);

        assertThat(ping(first).status()).isEqualTo(401);
        assertThat(ping(second).status()).isEqualTo(200);
    }

    @Test
    void nobodyElseRevokesIt() {
        String token = issued().get("access_token");

        assertThat(revoke(preregistered(Preregistered.SERVER), token).get("error"))
                .isEqualTo("invalid_grant");
        assertThat(OAuthClient.publicClient(installation.proxy()).revoke(token).get("error"))
                .isEqualTo("invalid_grant");
        assertThat(service.post("/oauth2/v1/revoke", Map.of("token", token, "client_id", service.id()))
                        .status())
                .isEqualTo(401);
        assertThat(ping(token).status()).isEqualTo(200);
    }

    /** RFC 6749 4.4: confidential clients alone; 2.3.1. */
    @Test
    void withoutItsProofItGetsNothing() {
        Map<String, String> parameters = parameters();
        parameters.put("client_id", service.id());

        for (Answer refused : List.of(
                service.token(parameters),
                service.token(parameters, "wrong"),
                service.token(parameters, ""),
                service.token(parameters(), Preregistered.SECRET + " "))) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.get("error")).isEqualTo("invalid_client");
        }
        parameters.put("client_secret", Preregistered.SECRET);
        assertThat(service.token(parameters).get("error"))
                .as("by another method")
                .isEqualTo("invalid_client");
        parameters.put("client_id", Preregistered.KEYED);
        assertThat(service.token(parameters).get("error"))
                .as("by another method")
                .isEqualTo("invalid_client");
    }

    @Test
    void anAssertionIsTakenOnce() throws Exception {
        URI endpoint = metadata().getTokenEndpointURI();
        ClientAuthentication proof = Preregistered.proof(Preregistered.KEYED, endpoint);
        tokens(proof, endpoint);

        assertThat(request(proof, endpoint).toErrorResponse().getErrorObject().getCode())
                .isEqualTo("invalid_client");
    }

    @Test
    void aClientThatRegisteredItselfDoesNotGetThere() {
        JSONObject metadata = new JSONObject();
        metadata.put("redirect_uris", List.of(Preregistered.REDIRECT_URI));
        metadata.put("grant_types", List.of("client_credentials"));
        assertThat(OAuthClient.register(installation.proxy(), metadata).get("error"))
                .isEqualTo("invalid_client_metadata");

        metadata.put("grant_types", List.of("authorization_code", "client_credentials"));
        OAuthClient registered = OAuthClient.registered(installation.proxy(), metadata, Preregistered.REDIRECT_URI);
        assertThat(registered.token(parameters(), registered.secret()).get("error"))
                .isEqualTo("unauthorized_client");
        OAuthClient anybody = OAuthClient.publicClient(installation.proxy());
        assertThat(anybody.token(Map.of("grant_type", "client_credentials", "client_id", anybody.id()))
                        .get("error"))
                .isEqualTo("unauthorized_client");
    }

    @ParameterizedTest
    @ValueSource(strings = {"admin", "mcp offline_access", "openid"})
    void aScopeThatItWasNotGivenIsRefused(String scope) {
        Map<String, String> parameters = parameters();
        parameters.put("scope", scope);

        assertThat(service.token(parameters, Preregistered.SECRET).get("error")).isEqualTo("invalid_scope");
    }

    @Test
    void aResourceThatIsNotOursIsRefused() {
        Map<String, String> parameters = parameters();
        parameters.put("resource", "https://other.example/mcp");

        assertThat(service.token(parameters, Preregistered.SECRET).get("error")).isEqualTo("invalid_target");
    }

    @Test
    void anApplicationOfTheFileSignsPeopleOnAndDoesNotActForItself() {
        OAuthClient application = preregistered(Preregistered.APPLICATION);

        Answer tokens =
                application.token(application.redemptionParameters(application.code("alice")), Preregistered.SECRET);
        assertThat(tokens.status()).as(tokens.text()).isEqualTo(200);
        assertThat(ping(tokens.get("access_token")).status()).isEqualTo(200);
        Answer refreshed =
                application.token(application.refreshParameters(tokens.get("refresh_token")), Preregistered.SECRET);
        assertThat(refreshed.status()).isEqualTo(200);
        assertThat(application.token(parameters(), Preregistered.SECRET).get("error"))
                .isEqualTo("unauthorized_client");
    }

    /** It has no redirect URI, and nobody would be asked for consent. */
    @Test
    void aServiceBeginsNoSignOn() {
        Answer answer = OAuthClient.send(HttpRequest.newBuilder(service.authorizationUri()));

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aSessionOfOneServiceIsNotAnothers() {
        String ours = issued().get("access_token");
        OAuthClient other = preregistered(Preregistered.POST);
        Map<String, String> parameters = parameters();
        parameters.put("client_id", other.id());
        parameters.put("client_secret", Preregistered.SECRET);
        String theirs = other.token(parameters).get("access_token");
        String person =
                OAuthClient.publicClient(installation.proxy()).signOn("alice").get("access_token");
        String session = service.initialize(ours).header("Mcp-Session-Id");

        assertThat(session).isNotBlank();
        assertThat(service.ping(ours, session).status()).isEqualTo(200);
        assertThat(service.ping(theirs, session).status()).isEqualTo(404);
        assertThat(service.ping(person, session).status()).isEqualTo(404);
    }

    @Test
    void theAuditNamesTheClientAndNoUserAndNoLogHoldsItsSecret() {
        ping(issued().get("access_token"));

        String logs = installation.proxy().allLogs();
        assertThat(logs.lines().filter(line -> line.contains("\"client\":\"" + service.id() + "\"")))
                .anyMatch(line -> line.contains("\"grant_type\":\"client_credentials\""))
                .anyMatch(line -> line.contains("\"event\":\"mcp_request\""))
                .noneMatch(line -> line.contains("\"user\":"));
        assertThat(logs).doesNotContain(Preregistered.SECRET);
    }

    private Answer issued() {
        return service.token(parameters(), Preregistered.SECRET);
    }

    private static Map<String, String> parameters() {
        return new HashMap<>(Map.of("grant_type", "client_credentials"));
    }

    private Answer ping(String token) {
        return OAuthClient.ping(installation.proxy().mcp(), token);
    }

    private static Answer revoke(OAuthClient client, String token) {
        return client.post("/oauth2/v1/revoke", Map.of("token", token), client.basic(Preregistered.SECRET));
    }

    private AccessTokenResponse tokens(ClientAuthentication proof, URI endpoint) throws IOException, ParseException {
        TokenResponse response = request(proof, endpoint);
        assertThat(response.indicatesSuccess()).isTrue();
        return response.toSuccessResponse();
    }

    private TokenResponse request(ClientAuthentication proof, URI endpoint) throws IOException, ParseException {
        return TokenResponse.parse(new TokenRequest.Builder(endpoint, proof, new ClientCredentialsGrant())
                .scope(new Scope("mcp"))
                .resource(installation.proxy().mcp())
                .build()
                .toHTTPRequest()
                .send());
    }

    private AuthorizationServerMetadata metadata() throws Exception {
        return AuthorizationServerMetadata.resolve(
                new Issuer(installation.at("").toString()));
    }

    private OAuthClient preregistered(String id) {
        return OAuthClient.known(installation.proxy(), id, Preregistered.SECRET, Preregistered.REDIRECT_URI);
    }
}
