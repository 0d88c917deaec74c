package org.mcpproxy.clients;

import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.AuthorizationResponse;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.client.ClientMetadata;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationRequest;
import com.nimbusds.oauth2.sdk.client.ClientRegistrationResponse;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.Tokens;
import com.nimbusds.oauth2.sdk.util.JSONObjectUtils;
import java.io.IOException;
import java.net.URI;

/** The OAuth part that the MCP Java SDK leaves to the application, written with Nimbus as such an application would. */
final class JavaApplication {

    private static final URI REDIRECT = URI.create("http://127.0.0.1:8765/callback");

    private final URI mcpUrl;
    private AuthorizationServerMetadata server;
    private ClientID clientId;
    private Tokens tokens;
    private String accessToken;
    private int signOns;
    private int refreshes;

    JavaApplication(URI mcpUrl) {
        this.mcpUrl = mcpUrl;
    }

    /** What is sent, which a test may have spoiled; null before the first sign-on. */
    String accessToken() {
        return accessToken;
    }

    Tokens tokens() {
        return tokens;
    }

    int signOns() {
        return signOns;
    }

    int refreshes() {
        return refreshes;
    }

    void spoilAccessToken() {
        accessToken += "x";
    }

    /** Answers a challenge: by the refresh token where there is one, else by a sign-on. */
    void answer(URI resourceMetadata) throws GeneralException, IOException {
        if (tokens != null) {
            refreshes++;
            take(new RefreshTokenGrant(tokens.getRefreshToken()));
            return;
        }
        discover(resourceMetadata);
        register();
        signOn();
    }

    void revoke() throws IOException, ParseException {
        int status = new TokenRevocationRequest(server.getRevocationEndpointURI(), clientId, tokens.getRefreshToken())
                .toHTTPRequest()
                .send()
                .getStatusCode();
        if (status != 200) {
            throw new IllegalStateException("The revocation was answered " + status);
        }
    }

    private void discover(URI resourceMetadata) throws GeneralException, IOException {
        var resource =
                new HTTPRequest(HTTPRequest.Method.GET, resourceMetadata).send().getBodyAsJSONObject();
        if (!mcpUrl.toString().equals(JSONObjectUtils.getString(resource, "resource"))) {
            throw new IllegalStateException("The metadata is of another resource: " + resource);
        }
        String issuer =
                JSONObjectUtils.getStringList(resource, "authorization_servers").get(0);
        server = AuthorizationServerMetadata.resolve(new Issuer(issuer));
    }

    private void register() throws IOException, ParseException {
        ClientMetadata metadata = new ClientMetadata();
        metadata.setName("Java application");
        metadata.setRedirectionURI(REDIRECT);
        metadata.setTokenEndpointAuthMethod(ClientAuthenticationMethod.NONE);
        metadata.setGrantTypes(java.util.Set.of(
                com.nimbusds.oauth2.sdk.GrantType.AUTHORIZATION_CODE, com.nimbusds.oauth2.sdk.GrantType.REFRESH_TOKEN));
        var response = ClientRegistrationResponse.parse(
                new ClientRegistrationRequest(server.getRegistrationEndpointURI(), metadata, null)
                        .toHTTPRequest()
                        .send());
        clientId = response.toSuccessResponse().getClientInformation().getID();
    }

    private void signOn() throws IOException, ParseException {
        signOns++;
        CodeVerifier verifier = new CodeVerifier();
        State state = new State();
        URI request = new AuthorizationRequest.Builder(ResponseType.CODE, clientId)
                .endpointURI(server.getAuthorizationEndpointURI())
                .redirectionURI(REDIRECT)
                .scope(new Scope("mcp"))
                .state(state)
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .resource(mcpUrl)
                .build()
                .toURI();
        AuthorizationResponse response = AuthorizationResponse.parse(browsed(request));
        if (!state.equals(response.getState()) || !server.getIssuer().equals(response.getIssuer())) {
            throw new IllegalStateException("The answer has another state or issuer");
        }
        AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();
        take(new AuthorizationCodeGrant(code, REDIRECT, verifier));
    }

    private static URI browsed(URI authorization) {
        Trip trip = Trip.of("browse.mjs", authorization.toString(), REDIRECT.toString());
        if (trip.exitCode() != 0) {
            throw new IllegalStateException("The sign-on failed: " + trip.output());
        }
        return URI.create(trip.steps().get(0));
    }

    private void take(AuthorizationGrant grant) throws IOException, ParseException {
        TokenRequest request = new TokenRequest.Builder(server.getTokenEndpointURI(), clientId, grant)
                .resources(mcpUrl)
                .build();
        TokenResponse response = TokenResponse.parse(request.toHTTPRequest().send());
        if (!response.indicatesSuccess()) {
            throw new IllegalStateException(
                    "Refused: " + response.toErrorResponse().getErrorObject().getCode());
        }
        tokens = response.toSuccessResponse().getTokens();
        accessToken = tokens.getAccessToken().getValue();
    }
}
