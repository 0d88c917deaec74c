package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.AuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationRequest;
import com.nimbusds.oauth2.sdk.PushedAuthorizationResponse;
import com.nimbusds.oauth2.sdk.PushedAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.as.AuthorizationServerMetadata;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** What a client asks for without the browser's help (RFC 9126). */
class PushedRequestIT {

    private static final String PAR = "/oauth2/v1/par";

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final Map<String, String> parameters = client.authorizationParameters();

    @Test
    void aStrictClientPushesItsRequestAndSignsOn() throws Exception {
        OAuthClient confidential =
                OAuthClient.register(installation.proxy(), "client_secret_basic", "http://127.0.0.1:8123/callback");
        URI endpoint = AuthorizationServerMetadata.resolve(
                        new Issuer(installation.at("").toString()))
                .getPushedAuthorizationRequestEndpointURI();

        PushedAuthorizationResponse answer = PushedAuthorizationResponse.parse(new PushedAuthorizationRequest(
                        endpoint,
                        new ClientSecretBasic(new ClientID(confidential.id()), new Secret(confidential.secret())),
                        AuthorizationRequest.parse(confidential.authorizationUri()))
                .toHTTPRequest()
                .send());

        assertThat(answer.indicatesSuccess()).isTrue();
        PushedAuthorizationSuccessResponse pushed = answer.toSuccessResponse();
        assertThat(pushed.getLifetime()).isEqualTo(90);
        URI answered = new Browser()
                .signOn(
                        confidential.authorizationUri(
                                reference(confidential, pushed.getRequestURI().toString())),
                        "alice",
                        confidential.redirectUri());
        assertThat(OAuthClient.parameter(answered, "state")).isEqualTo(confidential.state());
        Map<String, String> redemption = confidential.redemptionParameters(OAuthClient.parameter(answered, "code"));
        assertThat(confidential.token(redemption, confidential.secret()).status())
                .isEqualTo(200);
    }

    @Test
    void itIsAnsweredAsTheRfcSays() {
        Answer answer = client.post(PAR, parameters);

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.json().keySet()).containsExactlyInAnyOrder("request_uri", "expires_in");
        assertThat(answer.get("request_uri")).matches("urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}");
    }

    /** Whoever puts more into the browser's address changes nothing. */
    @Test
    void whatTheBrowserSaysBesideCountsForNothing() {
        Map<String, String> reference = reference(client, pushed());
        reference.put("redirect_uri", "https://evil.example/callback");
        reference.put("state", "of an attacker");
        reference.put("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");

        URI answered = new Browser().signOn(client.authorizationUri(reference), "alice", client.redirectUri());

        assertThat(OAuthClient.parameter(answered, "state")).isEqualTo(client.state());
        assertThat(client.redeem(OAuthClient.parameter(answered, "code")).status())
                .isEqualTo(200);
    }

    @Test
    void onlyAPostIsTaken() {
        assertThat(OAuthClient.send(HttpRequest.newBuilder(installation.at(PAR + "?client_id=" + client.id())))
                        .status())
                .isEqualTo(405);
    }

    @Test
    void itIsUsedOnce() {
        Map<String, String> reference = reference(client, pushed());
        assertThat(new Browser().get(client.authorizationUri(reference)).next()).isPresent();

        assertThatItIsUnknown(new Browser().get(client.authorizationUri(reference)));
    }

    @Test
    void anotherClientCannotNameIt() {
        OAuthClient other = OAuthClient.publicClient(installation.proxy());

        assertThatItIsUnknown(new Browser().get(other.authorizationUri(reference(other, pushed()))));
    }

    @Test
    void oneThatWasNeverPushedIsUnknown() {
        assertThatItIsUnknown(new Browser()
                .get(client.authorizationUri(reference(client, "urn:ietf:params:oauth:request_uri:never-pushed"))));
    }

    @Test
    void whoDoesNotProveWhoItIsPushesNothing() {
        OAuthClient confidential =
                OAuthClient.register(installation.proxy(), "client_secret_post", "http://127.0.0.1:8123/callback");
        Map<String, String> request = confidential.authorizationParameters();

        assertThat(confidential.post(PAR, request).status()).isEqualTo(401);
        request.put("client_secret", "a guess");
        Answer refused = confidential.post(PAR, request);
        assertThat(refused.status()).isEqualTo(401);
        assertThat(refused.get("error")).isEqualTo("invalid_client");
        request.put("client_secret", confidential.secret());
        assertThat(confidential.post(PAR, request).status()).isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource({
        "redirect_uri, https://evil.example/callback, invalid_request",
        "redirect_uri, , invalid_request",
        "response_type, token, unsupported_response_type",
        "code_challenge, , invalid_request",
        "code_challenge_method, plain, invalid_request",
        "scope, okta.users.read, invalid_scope",
        "prompt, none, login_required",
        "resource, https://evil.example/mcp, invalid_target",
        "request, e30.e30., request_not_supported",
        "request_uri, urn:ietf:params:oauth:request_uri:other, request_uri_not_supported"
    })
    void aRequestThatWouldFailIsRefusedAtOnce(String name, String value, String error) {
        Map<String, String> request = new HashMap<>(parameters);
        request.put(name, value == null ? "" : value);
        OAuthClient two = "redirect_uri".equals(name) && value == null ? withTwoRedirectUris(request) : client;

        Answer answer = two.post(PAR, request);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isEqualTo(error);
    }

    /** Of whom it cannot be known where the answer goes, where that is left out. */
    private OAuthClient withTwoRedirectUris(Map<String, String> request) {
        OAuthClient two = OAuthClient.registered(
                installation.proxy(),
                new JSONObject(Map.of(
                        "redirect_uris",
                        List.of("http://127.0.0.1:8123/callback", "http://127.0.0.1:8123/other"),
                        "token_endpoint_auth_method",
                        "none")),
                "http://127.0.0.1:8123/callback");
        request.put("client_id", two.id());
        return two;
    }

    private String pushed() {
        Answer answer = client.post(PAR, parameters);
        assertThat(answer.status()).isEqualTo(201);
        return answer.get("request_uri");
    }

    private static Map<String, String> reference(OAuthClient client, String requestUri) {
        return new HashMap<>(Map.of("client_id", client.id(), "request_uri", requestUri));
    }

    private static void assertThatItIsUnknown(Page page) {
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(page.text()).contains("was used or has expired");
    }
}
