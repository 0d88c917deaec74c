package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.dpop.DPoPProofFactory;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.token.DPoPTokenError;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Preregistered;
import org.mcpproxy.system.ProvingClient;

/** DPoP (RFC 9449) from the sign-on to the MCP server, by a client that is honest and by a thief who has all but the key. */
class ProofOfPossessionIT {

    private static final String TOKEN = ProvingClient.TOKEN;
    private static final String PAR = "/oauth2/v1/par";
    private static final String MCP = "/mcp";
    private static final String USER_INFO = "/oauth2/v1/userinfo";
    private static final String REDIRECT_URI = "http://127.0.0.1:8123/callback";
    private static final String ALGORITHMS = "algs=\"ES256 PS256 RS256\"";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final ProvingClient holder = new ProvingClient(installation.proxy());

    /** 5, 7, 8 and 9, by a library's client. */
    @Test
    void aStrictClientIsGivenABoundTokenAndCallsWithIt() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).generate();
        DPoPProofFactory proofs = new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256);
        HTTPRequest request = new TokenRequest.Builder(
                        installation.at(TOKEN),
                        new ClientID(client.id()),
                        new AuthorizationCodeGrant(
                                new AuthorizationCode(client.code("alice")),
                                client.redirectUri(),
                                new CodeVerifier(client.verifier())))
                .build()
                .toHTTPRequest();

        request.setDPoP(proofs.createDPoPJWT("POST", installation.at(TOKEN)));
        HTTPResponse refused = request.send();
        assertThat(refused.getStatusCode()).isEqualTo(400);
        assertThat(TokenResponse.parse(refused).toErrorResponse().getErrorObject())
                .isEqualTo(OAuth2Error.USE_DPOP_NONCE);
        request.setDPoP(proofs.createDPoPJWT("POST", installation.at(TOKEN), refused.getDPoPNonce()));
        HTTPResponse answer = request.send();
        DPoPAccessToken token =
                TokenResponse.parse(answer).toSuccessResponse().getTokens().getDPoPAccessToken();
        assertThat(token).isNotNull();

        HTTPRequest call = new HTTPRequest(HTTPRequest.Method.POST, installation.at(MCP));
        call.setContentType("application/json");
        call.setAccept("application/json, text/event-stream");
        call.setBody("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
        call.setAuthorization(token.toAuthorizationHeader());
        call.setDPoP(proofs.createDPoPJWT("POST", installation.at(MCP), token));
        HTTPResponse challenged = call.send();
        assertThat(challenged.getStatusCode()).isEqualTo(401);
        DPoPTokenError challenge = DPoPTokenError.parse(challenged.getHeaderValues("WWW-Authenticate").stream()
                .filter(sent -> sent.startsWith("DPoP"))
                .findFirst()
                .orElseThrow());
        assertThat(challenge).isEqualTo(DPoPTokenError.USE_DPOP_NONCE);
        assertThat(challenge.getJWSAlgorithms())
                .containsExactlyInAnyOrder(JWSAlgorithm.ES256, JWSAlgorithm.PS256, JWSAlgorithm.RS256);
        call.setDPoP(proofs.createDPoPJWT("POST", installation.at(MCP), token, answer.getDPoPNonce()));
        assertThat(call.send().getStatusCode()).isEqualTo(200);
    }

    /** Neither is the MCP server's concern. */
    @Test
    void neitherTokenNorProofGoesOnToTheMcpServer() {
        String token = token("alice");
        assertThat(holder.ping(MCP, token).status()).isEqualTo(200);

        assertThat(installation.lastAuthorization()).startsWith("Bearer ").doesNotContain(token);
        assertThat(installation.lastProof()).isNull();
    }

    /** 7.2: a thief has the token, and sends it as a bearer token. */
    @Test
    void aBoundTokenIsNoBearerToken() {
        Answer refused = client.ping(token("alice"));

        assertThat(refused.status()).isEqualTo(401);
        List<String> challenges = refused.response().headers().allValues("WWW-Authenticate");
        assertThat(challenges).hasSize(2);
        assertThat(challenges.get(0)).startsWith("Bearer error=\"invalid_token\"");
        assertThat(challenges.get(1)).startsWith("DPoP " + ALGORITHMS).doesNotContain("error");
        assertThat(installation.audited(refused)).singleElement().asString().contains("token_scheme_wrong");
    }

    @Test
    void aBearerTokenIsNotTakenWithAProof() {
        Answer refused = holder.ping(MCP, client.signOn("alice").get("access_token"));

        assertThatItIsRefused(refused, "invalid_token");
    }

    /** The thief has a key of their own. */
    @Test
    void whoHasAnotherKeyIsRefused() {
        String token = token("alice");
        Answer refused = new ProvingClient(installation.proxy()).ping(MCP, token);

        assertThatItIsRefused(refused, "invalid_token");
        assertThat(installation.audited(refused))
                .singleElement()
                .asString()
                .contains("token_of_other_key", OktaUser.ALICE.id());
    }

    /** The thief has read a proof too. */
    @Test
    void aProofThatWasUsedIsOfNoUse() {
        String token = token("alice");
        String proof = holder.proof("POST", MCP, token);
        assertThat(holder.ping(MCP, "DPoP " + token, List.of(proof)).status()).isEqualTo(200);

        Answer refused = holder.ping(MCP, "DPoP " + token, List.of(proof));

        assertThatItIsRefused(refused, "invalid_dpop_proof");
        assertThat(installation.audited(refused)).singleElement().asString().contains("proof_replayed");
    }

    @Test
    void aProofOfAnotherRequestIsOfNoUse() {
        String token = token("alice");

        for (String proof : List.of(
                holder.proof("GET", MCP, token),
                holder.proof("POST", USER_INFO, token),
                holder.proof("POST", MCP),
                holder.proof("POST", MCP, "another"))) {
            assertThatItIsRefused(holder.ping(MCP, "DPoP " + token, List.of(proof)), "invalid_dpop_proof");
        }
    }

    @Test
    void thereIsOneProofAndOneAlone() {
        String token = token("alice");

        for (List<String> proofs : List.of(
                List.<String>of(), List.of(holder.proof("POST", MCP, token), holder.proof("POST", MCP, token)))) {
            assertThatItIsRefused(holder.ping(MCP, "DPoP " + token, proofs), "invalid_dpop_proof");
        }
        Answer refused = holder.send(
                TOKEN,
                client.redemptionParameters("code"),
                List.of(holder.proof("POST", TOKEN), holder.proof("POST", TOKEN)));
        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_dpop_proof");
    }

    /** 8.2: the next one is always at hand. */
    @Test
    void eachAnswerSuppliesTheNonceForTheNextProofAndNobodyElseIsBotheredWithOne() {
        String token = token("alice");
        for (Answer answer : List.of(
                holder.ping(MCP, token),
                holder.ping(MCP, "DPoP x", List.of()),
                holder.post(TOKEN, client.refreshParameters("x")))) {
            assertThat(answer.response().headers().allValues("DPoP-Nonce")).hasSize(1);
        }
        assertThat(client.ping("x").header("DPoP-Nonce")).isEmpty();
        assertThat(client.refresh("x").header("DPoP-Nonce")).isEmpty();
    }

    /** 11.1, at the token endpoint: what it was sent with does not matter. */
    @Test
    void aProofThatWasUsedAtTheTokenEndpointIsOfNoUse() {
        token("alice");
        String proof = holder.proof("POST", TOKEN);
        holder.send(TOKEN, client.refreshParameters("x"), List.of(proof));

        Answer refused = holder.send(TOKEN, client.redemptionParameters(client.code("alice")), List.of(proof));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_dpop_proof");
        assertThat(refused.header("WWW-Authenticate")).isEmpty();
        assertThat(installation.audited(refused)).singleElement().asString().contains("proof_replayed", client.id());
    }

    /** 5: a public client's refresh token. */
    @Test
    void aRefreshTokenIsUsedByTheHolderOfItsKeyAlone() {
        String refreshToken = signOn("alice").get("refresh_token");

        Answer bare = client.refresh(refreshToken);
        Answer other = new ProvingClient(installation.proxy()).post(TOKEN, client.refreshParameters(refreshToken));
        Answer own = holder.post(TOKEN, client.refreshParameters(refreshToken));
        Answer again = holder.post(TOKEN, client.refreshParameters(refreshToken));

        assertThat(bare.status()).isEqualTo(400);
        assertThat(bare.get("error")).isEqualTo("invalid_dpop_proof");
        assertThat(other.status()).isEqualTo(400);
        assertThat(other.get("error")).isEqualTo("invalid_grant");
        assertThat(own.get("token_type")).isEqualTo("DPoP");
        assertThat(again.get("access_token")).isEqualTo(own.get("access_token"));
        assertThat(holder.ping(MCP, own.get("access_token")).status()).isEqualTo(200);
    }

    /** 5.2. */
    @Test
    void aClientThatIsRegisteredForItIsGivenNoOtherTokens() {
        JSONObject metadata = new JSONObject();
        metadata.put("client_name", "A careful client");
        metadata.put("redirect_uris", List.of(REDIRECT_URI));
        metadata.put("token_endpoint_auth_method", "none");
        metadata.put("grant_types", List.of("authorization_code", "refresh_token"));
        metadata.put("dpop_bound_access_tokens", true);
        assertThat(OAuthClient.register(installation.proxy(), metadata).json())
                .containsEntry("dpop_bound_access_tokens", true);
        OAuthClient careful = OAuthClient.registered(installation.proxy(), metadata, REDIRECT_URI);
        Map<String, String> redemption = careful.redemptionParameters(careful.code("alice"));

        Answer refused = careful.token(redemption);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_dpop_proof");
        assertThat(holder.post(TOKEN, redemption).get("token_type")).isEqualTo("DPoP");
    }

    /** 10: whoever comes by the code and its verifier has not the key. */
    @Test
    void aCodeIsRedeemedByTheHolderOfTheKeyThatTheRequestNamed() {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("dpop_jkt", holder.key().thumbprint());

        assertThatTheHolderAloneRedeems(answered(parameters));
    }

    /** 10.1: as a parameter of what is pushed, or by a proof. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aCodeIsRedeemedByTheHolderOfTheKeyOfThePushedRequest(boolean byProof) {
        Map<String, String> parameters = client.authorizationParameters();
        if (!byProof) {
            parameters.put("dpop_jkt", holder.key().thumbprint());
        }
        Answer pushed = byProof ? holder.post(PAR, parameters) : client.post(PAR, parameters);
        assertThat(pushed.status()).isEqualTo(201);

        assertThatTheHolderAloneRedeems(
                answered(Map.of("client_id", client.id(), "request_uri", pushed.get("request_uri"))));
    }

    @Test
    void aPushedRequestWhoseProofIsOfAnotherKeyThanItNamesIsRefused() {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("dpop_jkt", new ProvingClient(installation.proxy()).key().thumbprint());

        Answer refused = holder.post(PAR, parameters);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_dpop_proof");
    }

    @Test
    void aPushedRequestWithABadProofIsRefused() {
        holder.post(PAR, client.authorizationParameters());

        Answer refused = holder.send(PAR, client.authorizationParameters(), List.of(holder.proof("POST", TOKEN)));

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.get("error")).isEqualTo("invalid_dpop_proof");
    }

    @Test
    void aKeyThatIsNoneIsRefusedAtTheAuthorizationEndpoint() {
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("dpop_jkt", "short");

        assertThat(client.post(PAR, parameters).get("error")).isEqualTo("invalid_request");
    }

    @Test
    void userInfoIsToldToTheHolderOfTheKeyAlone() {
        OAuthClient relying = OAuthClient.relyingParty(installation.proxy());
        Map<String, String> parameters = relying.authorizationParameters();
        parameters.put("scope", "openid");
        URI answer = new Browser().signOn(relying.authorizationUri(parameters), "alice", relying.redirectUri());
        String token = holder.post(TOKEN, relying.redemptionParameters(OAuthClient.parameter(answer, "code")))
                .get("access_token");

        Answer told = holder.send(userInfo("DPoP " + token), List.of(holder.proof("GET", USER_INFO, token)));
        assertThat(told.get("sub")).isEqualTo(OktaUser.ALICE.id());
        assertThat(OAuthClient.send(userInfo("Bearer " + token)).status()).isEqualTo(401);
        assertThat(relying.post(USER_INFO, Map.of("access_token", token)).status())
                .isEqualTo(401);
        Answer unproven = holder.send(userInfo("DPoP " + token), List.of());
        assertThat(unproven.status()).isEqualTo(401);
        List<String> challenges = unproven.response().headers().allValues("WWW-Authenticate");
        assertThat(challenges.get(0)).startsWith("Bearer").doesNotContain("error");
        assertThat(challenges.get(1)).startsWith("DPoP " + ALGORITHMS + ", error=\"invalid_dpop_proof\"");
    }

    /** 6.2. */
    @Test
    void anMcpServerThatAsksIsToldTheKey() {
        OAuthClient server =
                OAuthClient.known(installation.proxy(), Preregistered.SERVER, Preregistered.SECRET, REDIRECT_URI);

        Answer active = server.post(
                "/oauth2/v1/introspect", Map.of("token", token("alice")), server.basic(Preregistered.SECRET));

        assertThat(active.json())
                .containsEntry("token_type", "DPoP")
                .containsEntry("cnf", new JSONObject(Map.of("jkt", holder.key().thumbprint())));
    }

    /** A client registration is managed by bearer tokens alone, and Okta's tokens are sent as such. */
    @Test
    void whereBoundTokensAreNotTakenNobodyIsAskedForOne() {
        Answer refused = client.readRegistration("x");

        assertThat(refused.response().headers().allValues("WWW-Authenticate"))
                .singleElement()
                .asString()
                .startsWith("Bearer ");
    }

    private void assertThatTheHolderAloneRedeems(String code) {
        Map<String, String> redemption = client.redemptionParameters(code);

        Answer bare = client.token(redemption);
        Answer other = new ProvingClient(installation.proxy()).post(TOKEN, redemption);
        assertThat(bare.get("error")).isEqualTo("invalid_dpop_proof");
        assertThat(other.get("error")).isEqualTo("invalid_grant");
        assertThat(holder.post(TOKEN, redemption).get("token_type")).isEqualTo("DPoP");
    }

    /** In the scheme that was used (7.2), and by nothing but the key is there a way in. */
    private static void assertThatItIsRefused(Answer refused, String error) {
        assertThat(refused.status()).isEqualTo(401);
        List<String> challenges = refused.response().headers().allValues("WWW-Authenticate");
        assertThat(challenges).hasSize(2);
        assertThat(challenges.get(0)).startsWith("Bearer resource_metadata=").doesNotContain("error");
        assertThat(challenges.get(1)).startsWith("DPoP " + ALGORITHMS + ", error=\"" + error + "\"");
        assertThat(refused.header("DPoP-Nonce")).isNotEmpty();
    }

    private String answered(Map<String, String> parameters) {
        URI answer =
                new Browser().signOn(client.authorizationUri(new HashMap<>(parameters)), "alice", client.redirectUri());
        return OAuthClient.parameter(answer, "code");
    }

    private Answer signOn(String user) {
        Answer tokens = holder.post(TOKEN, client.redemptionParameters(client.code(user)));
        assertThat(tokens.get("token_type")).isEqualTo("DPoP");
        return tokens;
    }

    private String token(String user) {
        return signOn(user).get("access_token");
    }

    private HttpRequest.Builder userInfo(String authorization) {
        return HttpRequest.newBuilder(installation.at(USER_INFO)).header("Authorization", authorization);
    }
}
