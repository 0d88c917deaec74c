package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.net.http.HttpRequest;
import java.text.ParseException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** Nobody gets through {@code /mcp} but with a token that we issued for it (RFC 6750, RFC 9068, RFC 9728). */
class TokenAtMcpIT {

    private static final String PING = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}";
    private static final String PAGE = "http://localhost:6274";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());

    @ParameterizedTest
    @ValueSource(strings = {"any-bearer-string", "a.b.c", "..", "null", "eyJhbGciOiJub25lIn0.e30."})
    void anyBearerStringIsAnInvalidToken(String token) {
        assertThatItIsInvalid(client.ping(token));
    }

    @Test
    void aRequestWithoutATokenIsToldWhereToGetOneAndNotBlamed() {
        Answer answer = OAuthClient.send(post());

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate"))
                .isEqualTo("Bearer resource_metadata=\"" + metadata() + "\", scope=\"mcp\"");
    }

    @Test
    void theChallengeOfAnInvalidTokenSaysSo() {
        assertThat(client.ping("any").header("WWW-Authenticate"))
                .startsWith("Bearer error=\"invalid_token\", ")
                .endsWith("resource_metadata=\"" + metadata() + "\", scope=\"mcp\"")
                .doesNotContain("offline_access");
    }

    @Test
    void theMetadataThatTheChallengeNamesIsThere() {
        Answer answer = OAuthClient.send(HttpRequest.newBuilder(URI.create(metadata())));

        assertThat(answer.get("resource")).isEqualTo(installation.proxy().mcp().toString());
    }

    @Test
    void anUnsignedCopyOfAGoodTokenIsRefused() throws ParseException {
        SignedJWT good = goodToken();

        assertThatItIsInvalid(client.ping(new PlainJWT(good.getJWTClaimsSet()).serialize()));
        String[] parts = good.serialize().split("\\.");
        assertThatItIsInvalid(client.ping(parts[0] + "." + parts[1] + "."));
    }

    @Test
    void aGoodTokenWithOtherClaimsIsRefused() throws ParseException {
        SignedJWT good = goodToken();
        String[] parts = good.serialize().split("\\.");
        JWTClaimsSet other = new JWTClaimsSet.Builder(good.getJWTClaimsSet())
                .subject("somebody-else")
                .build();

        assertThatItIsInvalid(client.ping(parts[0] + "." + other.toPayload().toBase64URL() + "." + parts[2]));
    }

    @Test
    void aCopyThatIsSignedByAnotherKeyUnderOurKeysNameIsRefused() throws ParseException, JOSEException {
        SignedJWT good = goodToken();
        RSAKey key = new RSAKeyGenerator(2048).generate();
        SignedJWT forged = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(new JOSEObjectType("at+jwt"))
                        .keyID(good.getHeader().getKeyID())
                        .jwk(key.toPublicJWK())
                        .build(),
                good.getJWTClaimsSet());
        forged.sign(new RSASSASigner(key));

        assertThatItIsInvalid(client.ping(forged.serialize()));
    }

    @Test
    void aTokenOfOktaIsRefused() {
        String oktas =
                installation.okta().agentTokens(OktaUser.ALICE, "openid", "mcp").accessToken();

        assertThatItIsInvalid(client.ping(oktas));
    }

    @Test
    void aTokenInTheQueryIsRefusedThoughItIsGood() throws ParseException {
        String good = goodToken().serialize();
        for (String name : new String[] {"access_token", "%61ccess_token"}) {
            URI uri = URI.create(installation.proxy().mcp() + "?" + name + "=" + good);
            Answer alone = OAuthClient.send(post(uri));
            Answer both = OAuthClient.send(post(uri).header("Authorization", "Bearer " + good));
            assertThat(alone.status()).isBetween(400, 401);
            assertThat(both.status()).isBetween(400, 401);
            assertThat(alone.header("WWW-Authenticate")).contains("resource_metadata=");
        }
    }

    /** What stands in front may have rules for the path as it is written. */
    @ParameterizedTest
    @ValueSource(strings = {"//mcp", "/mcp;x", "/./mcp", "/nothing/../mcp", "/%6dcp", "/mcp/"})
    void anotherSpellingOfTheAddressIsNotServed(String path) {
        assertThat(OAuthClient.send(post(URI.create(installation.at("") + path)))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void twoTokensAreRefused() throws ParseException {
        String good = goodToken().serialize();

        Answer answer = OAuthClient.send(
                post().header("Authorization", "Bearer any").header("Authorization", "Bearer " + good));

        assertThat(answer.status()).isEqualTo(400);
    }

    @Test
    void aTokenForOfflineAccessAloneIsNotEnoughAndTheAnswerNamesWhatIs() {
        Answer tokens = client.signOn("alice");
        Map<String, String> parameters = client.refreshParameters(tokens.get("refresh_token"));
        parameters.put("scope", "offline_access");

        Answer answer = client.ping(client.token(parameters).get("access_token"));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("WWW-Authenticate"))
                .contains("error=\"insufficient_scope\"", "scope=\"mcp\"", "resource_metadata=\"" + metadata() + "\"");
    }

    @Test
    void aPreflightNeedsNoToken() {
        Answer answer =
                OAuthClient.send(HttpRequest.newBuilder(installation.proxy().mcp())
                        .header("Origin", PAGE)
                        .header("Access-Control-Request-Method", "POST")
                        .header("Access-Control-Request-Headers", "authorization,content-type")
                        .method("OPTIONS", HttpRequest.BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(204);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(answer.header("Access-Control-Allow-Headers")).contains("authorization");
    }

    @Test
    void aPageCanReadTheChallenge() {
        Answer answer = OAuthClient.send(post().header("Origin", PAGE));

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo(PAGE);
        assertThat(answer.header("Access-Control-Expose-Headers"))
                .contains("WWW-Authenticate", "Mcp-Session-Id", "MCP-Protocol-Version");
        assertThat(answer.header("Access-Control-Allow-Credentials")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://evil.example", "http://localhost.evil.example", "null"})
    void aForeignPageIsRefusedThoughItHasAGoodToken(String origin) throws ParseException {
        Answer answer = OAuthClient.send(post().header("Origin", origin)
                .header("Authorization", "Bearer " + goodToken().serialize()));

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
    }

    private void assertThatItIsInvalid(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertThat(answer.text()).doesNotContain("result");
    }

    private SignedJWT goodToken() throws ParseException {
        String token = client.signOn("alice").get("access_token");
        assertThat(client.ping(token).status()).isEqualTo(200);
        return SignedJWT.parse(token);
    }

    private String metadata() {
        return installation.at("/.well-known/oauth-protected-resource/mcp").toString();
    }

    private HttpRequest.Builder post() {
        return post(installation.proxy().mcp());
    }

    private static HttpRequest.Builder post(URI uri) {
        return HttpRequest.newBuilder(uri)
                .header("Content-Type", "application/json")
                .header("Accept", "application/json, text/event-stream")
                .POST(HttpRequest.BodyPublishers.ofString(PING));
    }
}
