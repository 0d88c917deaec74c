package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenIntrospectionRequest;
import com.nimbusds.oauth2.sdk.TokenIntrospectionResponse;
import com.nimbusds.oauth2.sdk.TokenIntrospectionSuccessResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.AccessTokenType;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;

/** An MCP server asks about tokens for it (RFC 7662), by a library's client and by a plain one. */
class IntrospectionIT {

    private static final String PATH = "/oauth2/v1/introspect";
    private static final String INACTIVE = "{\"active\":false}";

    private final Installation installation = Installation.shared();
    private final OAuthClient server = preregistered(Preregistered.SERVER);
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());

    @Test
    void aServerLearnsWhoseATokenIsUntilItIsRevoked() throws Exception {
        Answer tokens = client.signOn("alice");
        String token = tokens.get("access_token");

        TokenIntrospectionSuccessResponse active = introspect(token);

        assertThat(active.isActive()).isTrue();
        assertThat(active.getIssuer()).isEqualTo(new Issuer(installation.at("").toString()));
        assertThat(active.getSubject().getValue()).isEqualTo(OktaUser.ALICE.id());
        assertThat(active.getClientID().getValue()).isEqualTo(client.id());
        assertThat(active.getAudience().get(0).getValue())
                .isEqualTo(installation.proxy().mcp().toString());
        assertThat(active.getScope()).isEqualTo(new Scope("mcp", "offline_access"));
        assertThat(active.getTokenType()).isEqualTo(AccessTokenType.BEARER);
        assertThat(active.getExpirationTime()).isInTheFuture();

        client.revoke(tokens.get("refresh_token"));
        assertThat(introspect(token).toJSONObject()).isEqualTo(Map.of("active", false));
    }

    @Test
    void aServicesTokenIsItsOwn() {
        String token = serviceToken();

        Answer active = asked(server, token);
        assertThat(active.get("active")).isEqualTo("true");
        assertThat(active.get("sub")).isEqualTo(Preregistered.BASIC);
        assertThat(active.get("client_id")).isEqualTo(Preregistered.BASIC);
        assertThat(active.header("Cache-Control")).isEqualTo("no-store");

        OAuthClient service = preregistered(Preregistered.BASIC);
        service.post("/oauth2/v1/revoke", Map.of("token", token), service.basic(Preregistered.SECRET));
        assertThat(asked(server, token).text()).isEqualTo(INACTIVE);
    }

    /** RFC 7662 4: by asking, nobody finds out about the tokens of others. */
    @Test
    void whoIsNoServerOfTheResourceLearnsNothing() {
        String token = client.signOn("bob").get("access_token");

        for (String other : List.of(Preregistered.BASIC, Preregistered.APPLICATION)) {
            assertThat(asked(preregistered(other), token).text()).isEqualTo(INACTIVE);
        }
        assertThat(asked(preregistered(Preregistered.BASIC), serviceToken()).text())
                .as("not even of its own, which is for the server")
                .isEqualTo(INACTIVE);
    }

    @Test
    void aRefreshTokenIsForItsClientAloneAndUntilItIsUsed() {
        OAuthClient application = preregistered(Preregistered.APPLICATION);
        Answer tokens =
                application.token(application.redemptionParameters(application.code("alice")), Preregistered.SECRET);
        String refreshToken = tokens.get("refresh_token");
        String others = client.signOn("alice").get("refresh_token");

        Answer active = asked(application, refreshToken);
        assertThat(active.get("active")).isEqualTo("true");
        assertThat(active.get("client_id")).isEqualTo(Preregistered.APPLICATION);
        assertThat(active.json()).doesNotContainKey("token_type");
        assertThat(asked(server, refreshToken).text()).isEqualTo(INACTIVE);
        assertThat(asked(application, others).text()).isEqualTo(INACTIVE);

        String next = application
                .token(application.refreshParameters(refreshToken), Preregistered.SECRET)
                .get("refresh_token");
        assertThat(asked(application, refreshToken).text()).isEqualTo(INACTIVE);
        assertThat(asked(application, next).get("active")).isEqualTo("true");
        application.post("/oauth2/v1/revoke", Map.of("token", next), application.basic(Preregistered.SECRET));
        assertThat(asked(application, next).text()).isEqualTo(INACTIVE);
    }

    /** RFC 7662 2.1: a caller must authenticate, and 2.3. */
    @Test
    void whoDoesNotProveWhoItIsIsRefused() {
        String token = client.signOn("bob").get("access_token");
        Map<String, String> named = new HashMap<>(Map.of("token", token, "client_id", server.id()));

        for (Answer refused : List.of(
                server.post(PATH, named),
                server.post(PATH, named, server.basic("wrong")),
                client.post(PATH, Map.of("token", token, "client_id", client.id())),
                server.post(PATH, Map.of("token", token), "Bearer " + token))) {
            assertThat(refused.status()).isEqualTo(401);
            assertThat(refused.get("error")).isEqualTo("invalid_client");
        }
        assertThat(server.post(PATH, Map.of("token", token)).get("error")).isEqualTo("invalid_request");
    }

    @Test
    void aClientThatRegisteredItselfMayNotAsk() {
        OAuthClient registered =
                OAuthClient.register(installation.proxy(), "client_secret_basic", Preregistered.REDIRECT_URI);

        Answer refused = registered.post(PATH, Map.of("token", "any"), registered.basic(registered.secret()));

        assertThat(refused.status()).isEqualTo(403);
        assertThat(refused.get("error")).isEqualTo("access_denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"any", "a.b", "a.b.c", "....", "é", "eyJhbGciOiJub25lIn0.e30."})
    void whatIsNoTokenIsNotActive(String token) {
        assertThat(asked(server, token).text()).isEqualTo(INACTIVE);
    }

    @Test
    void onlyAFormIsTaken() {
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(PATH + "?token=any"))
                                .header("Authorization", server.basic(Preregistered.SECRET)))
                        .status())
                .isEqualTo(405);
        assertThat(server.post(PATH, Map.of(), server.basic(Preregistered.SECRET))
                        .get("error"))
                .isEqualTo("invalid_request");
        assertThat(server.post(PATH + "?token=any", Map.of(), server.basic(Preregistered.SECRET))
                        .get("error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void eachQuestionIsAudited() {
        asked(server, client.signOn("alice").get("access_token"));
        asked(server, "any");

        assertThat(installation
                        .proxy()
                        .allLogs()
                        .lines()
                        .filter(line -> line.contains("\"event\":\"token_introspected\"")
                                && line.contains("\"client\":\"" + server.id() + "\"")))
                .anyMatch(line -> line.contains("\"outcome\":\"active\"")
                        && line.contains("\"user\":\"" + OktaUser.ALICE.id() + "\""))
                .anyMatch(line -> line.contains("\"outcome\":\"inactive\""));
    }

    private TokenIntrospectionSuccessResponse introspect(String token) throws Exception {
        AuthorizationServerMetadata metadata = AuthorizationServerMetadata.resolve(
                new Issuer(installation.at("").toString()));
        TokenIntrospectionRequest request = new TokenIntrospectionRequest(
                metadata.getIntrospectionEndpointURI(),
                Preregistered.proof(Preregistered.SERVER, metadata.getTokenEndpointURI()),
                new BearerAccessToken(token));
        return TokenIntrospectionResponse.parse(request.toHTTPRequest().send()).toSuccessResponse();
    }

    private static Answer asked(OAuthClient asking, String token) {
        return asking.post(PATH, Map.of("token", token), asking.basic(Preregistered.SECRET));
    }

    private String serviceToken() {
        return preregistered(Preregistered.BASIC)
                .token(Map.of("grant_type", "client_credentials"), Preregistered.SECRET)
                .get("access_token");
    }

    private OAuthClient preregistered(String id) {
        return OAuthClient.known(installation.proxy(), id, Preregistered.SECRET, Preregistered.REDIRECT_URI);
    }
}
