package org.mcpproxy.okta;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.dpop.DefaultDPoPProofFactory;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.DPoPAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** That the stand-in demands proofs as strictly as Okta, of the proxy's application alone. */
class OktaProofsTest {

    private static final URI CALLBACK = URI.create("http://localhost:3001/oauth/callback");
    private static OktaTenant okta;

    private final ECKey key = key();

    @BeforeAll
    static void startOrg() {
        okta = OktaTenant.start(OktaOptions.custom().withProofs());
        okta.allowRedirect(CALLBACK);
    }

    @AfterAll
    static void closeOrg() {
        okta.close();
    }

    @Test
    void withoutAProofThereIsNoTokenAndTheNonceIsDemandedFirst() throws Exception {
        AuthorizationGrant code = code();

        assertRefused(token(code, null, null), 400, "invalid_dpop_proof");
        assertRefused(token(code, key, null), 400, "use_dpop_nonce");
        assertRefused(token(code, key, "another"), 400, "use_dpop_nonce");
        HTTPResponse answer = token(code, key, nonce());

        assertThat(answer.getStatusCode()).isEqualTo(200);
        assertThat(answer.getBodyAsJSONObject()).containsEntry("token_type", "DPoP");
        assertThat(answer.getDPoPNonce()).isNotNull();
    }

    @Test
    void aProofIsForThisRequestAndForOne() throws Exception {
        AuthorizationGrant code = code();
        HTTPRequest request = request(code);
        request.setDPoP(new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256)
                .createDPoPJWT("POST", okta.endpoint(Endpoint.USERINFO), new Nonce(nonce())));
        assertRefused(request.send(), 400, "invalid_dpop_proof");

        HTTPRequest wrongCode = request(new AuthorizationCodeGrant(new AuthorizationCode("none"), CALLBACK));
        prove(wrongCode, key, null, nonce());
        assertRefused(wrongCode.send(), 400, "invalid_grant");
        assertRefused(wrongCode.send(), 400, "invalid_dpop_proof");
    }

    @Test
    void aRefreshTokenIsOfNoUseToWhoHasAnotherKey() throws Exception {
        AuthorizationGrant refresh = new RefreshTokenGrant(new RefreshToken(
                (String) token(code(), key, nonce()).getBodyAsJSONObject().get("refresh_token")));

        assertRefused(token(refresh, key(), nonce()), 400, "invalid_dpop_proof");
        okta.renewProofNonce();
        assertRefused(token(refresh, key, "an old one"), 400, "use_dpop_nonce");
        assertThat(token(refresh, key, nonce()).getStatusCode()).isEqualTo(200);
    }

    @Test
    void userInfoIsForTheHolderOfTheKey() throws Exception {
        String token =
                (String) token(code(), key, nonce()).getBodyAsJSONObject().get("access_token");

        assertChallenged(userInfo(new BearerAccessToken(token), null, null), "invalid_token");
        assertChallenged(userInfo(new DPoPAccessToken(token), null, null), "invalid_dpop_proof");
        assertChallenged(userInfo(new DPoPAccessToken(token), key(), nonce()), "invalid_dpop_proof");
        assertChallenged(userInfo(new DPoPAccessToken(token), key, "another"), "use_dpop_nonce");
        assertThat(userInfo(new DPoPAccessToken(token), key, nonce()).getBodyAsJSONObject())
                .containsEntry("sub", OktaUser.ALICE.id());
    }

    @Test
    void ofOtherApplicationsNothingIsDemanded() {
        assertThat(okta.agentTokens(OktaUser.ALICE, "openid").accessToken()).isNotEmpty();
    }

    private static AuthorizationGrant code() {
        OktaBrowser browser = okta.browser();
        CodeVerifier verifier = new CodeVerifier();
        browser.follow(
                browser.get(browser.authorize(okta.clientId(), CALLBACK, verifier, "openid offline_access", Map.of())));
        URI answer = OktaBrowser.location(browser.signIn(OktaUser.ALICE.login(), OktaUser.ALICE.password()));
        return new AuthorizationCodeGrant(
                new AuthorizationCode(OktaBrowser.parameter(answer, "code")), CALLBACK, verifier);
    }

    /** As whoever asks with a proof and without one is told. */
    private static String nonce() throws Exception {
        HTTPRequest request = request(new AuthorizationCodeGrant(new AuthorizationCode("none"), CALLBACK));
        prove(request, key(), null, null);
        return request.send().getDPoPNonce().getValue();
    }

    private static HTTPRequest request(AuthorizationGrant grant) {
        return new TokenRequest.Builder(
                        okta.endpoint(Endpoint.TOKEN),
                        new ClientSecretBasic(new ClientID(okta.clientId()), new Secret(okta.clientSecret())),
                        grant)
                .build()
                .toHTTPRequest();
    }

    private static HTTPResponse token(AuthorizationGrant grant, ECKey key, String nonce) throws Exception {
        HTTPRequest request = request(grant);
        if (key != null) {
            prove(request, key, null, nonce);
        }
        return request.send();
    }

    private static HTTPResponse userInfo(AccessToken token, ECKey key, String nonce) throws Exception {
        HTTPRequest request = new UserInfoRequest(okta.endpoint(Endpoint.USERINFO), token).toHTTPRequest();
        if (key != null) {
            prove(request, key, token, nonce);
        }
        return request.send();
    }

    private static void prove(HTTPRequest request, ECKey key, AccessToken token, String nonce) throws Exception {
        request.setDPoP(new DefaultDPoPProofFactory(key, JWSAlgorithm.ES256)
                .createDPoPJWT(
                        request.getMethod().name(), request.getURI(), token, nonce == null ? null : new Nonce(nonce)));
    }

    private static void assertRefused(HTTPResponse answer, int status, String error) throws Exception {
        assertThat(answer.getStatusCode()).isEqualTo(status);
        assertThat(answer.getBodyAsJSONObject()).containsEntry("error", error);
    }

    private static void assertChallenged(HTTPResponse answer, String error) {
        assertThat(answer.getStatusCode()).isEqualTo(401);
        assertThat(answer.getWWWAuthenticate()).startsWith("DPoP ").contains(error);
    }

    private static ECKey key() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
