package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;
import org.mcpproxy.system.Page;

/** Dynamic registration (RFC 7591): open to everybody, so it must not harm anybody. */
class RegistrationIT {

    private static final String REDIRECT = "http://127.0.0.1:8123/callback";

    private final Installation installation = Installation.shared();
    private final JSONObject metadata = new JSONObject(Map.of("redirect_uris", List.of(REDIRECT)));

    @Test
    void whatIsLeftOutIsAsTheRfcSays() {
        Answer answer = register();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("Content-Type")).startsWith("application/json");
        assertThat(answer.text()).doesNotContain("\\/");
        assertThat(answer.get("token_endpoint_auth_method")).isEqualTo("client_secret_basic");
        assertThat(answer.json().get("grant_types")).isEqualTo(List.of("authorization_code"));
        assertThat(answer.json().get("response_types")).isEqualTo(List.of("code"));
        assertThat(answer.json().get("redirect_uris")).isEqualTo(List.of(REDIRECT));
        assertThat(answer.get("scope")).isEqualTo("mcp");
        assertThat(answer.get("client_secret")).hasSize(43);
        assertThat(answer.get("client_secret_expires_at")).isEqualTo("0");
        assertThat(Long.parseLong(answer.get("client_id_issued_at"))).isPositive();
        assertThat(answer.get("registration_access_token")).hasSize(43);
        assertThat(installation.proxy().console().lines())
                .anyMatch(line -> line.contains("\"event\":\"client_registered\"")
                        && line.contains("\"client\":\"" + answer.get("client_id") + "\""));
        assertThat(answer.get("registration_client_uri"))
                .isEqualTo(installation
                        .at("/oauth2/v1/clients/" + answer.get("client_id"))
                        .toString());
    }

    @Test
    void aPublicClientGetsNoSecret() {
        metadata.put("token_endpoint_auth_method", "none");

        assertThat(register().json()).doesNotContainKeys("client_secret", "client_secret_expires_at");
    }

    @Test
    void whatIsNotOfferedIsLeftOutAndWhatIsToleratedIsTolerated() {
        metadata.put(
                "grant_types",
                List.of("authorization_code", "refresh_token", "implicit", "urn:example:grant", "client_credentials"));
        metadata.put("scope", "mcp groups okta.users.manage offline_access");
        metadata.put("application_type", "native");
        metadata.put("software_id", "anything");
        metadata.put("x-unknown", Map.of("deep", List.of(1, 2)));

        Answer answer = register();

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.json().get("grant_types")).isEqualTo(List.of("authorization_code", "refresh_token"));
        assertThat(answer.get("scope").split(" ")).containsExactlyInAnyOrder("mcp", "offline_access");
    }

    @Test
    void aStrangerCannotTakeAnotherClientsPlace() {
        OAuthClient victim = OAuthClient.publicClient(installation.proxy());
        metadata.put("client_id", victim.id());
        metadata.put("client_secret", "chosen-by-the-stranger");
        metadata.put("client_name", "An impostor");
        metadata.put("redirect_uris", List.of("https://evil.example/callback"));

        Answer answer = register();

        assertThat(answer.get("client_id")).isNotEqualTo(victim.id()).hasSize(43);
        assertThat(answer.get("client_secret")).isNotEqualTo("chosen-by-the-stranger");
        Map<String, String> parameters = victim.authorizationParameters();
        parameters.put("redirect_uri", "https://evil.example/callback");
        Page page = new Browser().get(victim.authorizationUri(parameters));
        assertThat(page.status()).isEqualTo(400);
        assertThat(page.next()).isEmpty();
        assertThat(new Browser()
                        .follow(victim.authorizationUri(), victim.redirectUri())
                        .text())
                .contains("A plain client")
                .doesNotContain("impostor");
    }

    @Test
    void aClientIsRegisteredByRegistrationOnly() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Map<String, String> parameters = client.authorizationParameters();
        parameters.put("client_id", "an-id-that-i-would-like");
        new Browser().get(client.authorizationUri(parameters));

        assertThat(new Browser().get(client.authorizationUri(parameters)).status())
                .isEqualTo(401);
    }

    @Test
    void moreRedirectUrisThanAClientNeedsAreRefused() {
        metadata.put(
                "redirect_uris",
                IntStream.range(0, 17).mapToObj(i -> "https://app.example/" + i).toList());

        assertThat(register().get("error")).isEqualTo("invalid_redirect_uri");
    }

    @Test
    void noRedirectUriAtAllIsRefused() {
        metadata.put("redirect_uris", Collections.emptyList());
        assertThat(register().status()).isEqualTo(400);
        metadata.remove("redirect_uris");
        assertThat(register().status()).isEqualTo(400);
    }

    @Test
    void aVeryLongNameOrAddressIsRefused() {
        metadata.put("client_name", "n".repeat(201));
        assertThat(register().get("error")).isEqualTo("invalid_client_metadata");
        metadata.remove("client_name");
        metadata.put("redirect_uris", List.of("https://app.example/" + "p".repeat(2048)));
        assertThat(register().get("error")).isEqualTo("invalid_redirect_uri");
        metadata.put(
                "redirect_uris",
                List.of("https://a.example/" + "p".repeat(2020), "https://b.example/" + "p".repeat(2020), REDIRECT));
        assertThat(register().get("error_description")).contains("4096 characters together");
    }

    @Test
    void aVeryLargeRequestIsRefused() {
        metadata.put("x-filling", "f".repeat(65 * 1024));

        assertThat(register().status()).isEqualTo(413);
    }

    @ParameterizedTest
    @ValueSource(strings = {"private_key_jwt", "tls_client_auth", "client_secret_jwt", "made_up"})
    void anAuthenticationMethodThatIsNotOfferedIsRefused(String method) {
        metadata.put("token_endpoint_auth_method", method);

        assertThat(register().get("error")).isEqualTo("invalid_client_metadata");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "[]",
                "\"text\"",
                "{",
                "{\"redirect_uris\":\"https://app.example/\"}",
                "{\"redirect_uris\":[null]}",
                "{\"redirect_uris\":[1]}",
                "{\"redirect_uris\":{\"a\":1}}",
                "{\"redirect_uris\":[\"https://app.example/\"],\"client_name\":{\"a\":1}}",
                "{\"redirect_uris\":[\"https://app.example/\"],\"grant_types\":\"code\"}"
            })
    void whatIsNoMetadataIsABadRequestAndNoFailure(String body) {
        Answer answer = send("application/json", body);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isIn("invalid_client_metadata", "invalid_redirect_uri");
    }

    @Test
    void aBodyOfAnotherTypeWhichAFormOfAnyPageCouldSendIsRefused() {
        assertThat(send("text/plain", metadata.toJSONString()).status()).isEqualTo(415);
        assertThat(send("application/x-www-form-urlencoded", metadata.toJSONString())
                        .status())
                .isEqualTo(415);
    }

    private Answer register() {
        return OAuthClient.register(installation.proxy(), metadata);
    }

    private Answer send(String type, String body) {
        return OAuthClient.send(HttpRequest.newBuilder(installation.at("/oauth2/v1/clients"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body)));
    }
}
