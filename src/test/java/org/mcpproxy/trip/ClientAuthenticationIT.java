package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** A confidential client proves itself, in the one way that it registered (RFC 6749 2.3). */
class ClientAuthenticationIT {

    private static final String REDIRECT = "http://127.0.0.1:8123/callback";

    private final Installation installation = Installation.shared();

    @Test
    void theSecretInTheHeaderWorks() {
        OAuthClient client = register("client_secret_basic");
        Answer tokens = client.token(withoutId(client.redemptionParameters(client.code("alice"))), client.secret());

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(client.token(client.refreshParameters(tokens.get("refresh_token")), client.secret())
                        .status())
                .isEqualTo(200);
    }

    @Test
    void theSecretInTheBodyWorks() {
        OAuthClient client = register("client_secret_post");
        Answer tokens = client.token(withSecret(client, client.redemptionParameters(client.code("alice"))));

        assertThat(tokens.status()).isEqualTo(200);
        assertThat(client.token(withSecret(client, client.refreshParameters(tokens.get("refresh_token"))))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void aWrongSecretIsRefusedWithAChallengeWhereTheHeaderWasUsed() {
        OAuthClient client = register("client_secret_basic");

        Answer answer = client.token(client.refreshParameters("any"), "wrong");

        assertThatItIsInvalidClient(answer);
        assertThat(answer.header("WWW-Authenticate")).startsWith("Basic ");
    }

    /** So that who looks for it sees whose secret somebody guesses at. */
    @Test
    void aRefusalNamesTheClientThatDidNotProveItself() {
        OAuthClient client = register("client_secret_basic");

        Answer wrong = client.token(client.refreshParameters("any"), "wrong");
        Answer missing = client.revoke("any");

        for (Answer answer : List.of(wrong, missing)) {
            assertThat(installation.audited(answer))
                    .singleElement()
                    .asString()
                    .contains("\"event\":\"refusal\"", "\"client\":\"" + client.id() + "\"");
        }
    }

    @Test
    void aWrongSecretInTheBodyIsRefused() {
        OAuthClient client = register("client_secret_post");
        Map<String, String> parameters = client.refreshParameters("any");
        for (String wrong : new String[] {"wrong", "", client.secret() + "x", client.id()}) {
            parameters.put("client_secret", wrong);
            assertThatItIsInvalidClient(client.token(parameters));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_secret_basic", "client_secret_post"})
    void aConfidentialClientWithoutItsSecretIsRefusedAndNobodyAddsItForThem(String method) {
        OAuthClient client = register(method);
        String code = client.code("alice");
        int calls = installation.okta().requests().calls(Endpoint.TOKEN);

        assertThatItIsInvalidClient(client.redeem(code));

        assertThat(installation.okta().requests().calls(Endpoint.TOKEN)).isEqualTo(calls);
    }

    @Test
    void theOtherMethodIsRefusedThoughTheSecretIsRight() {
        OAuthClient basic = register("client_secret_basic");
        OAuthClient post = register("client_secret_post");

        assertThatItIsInvalidClient(basic.token(withSecret(basic, basic.refreshParameters("any"))));
        assertThatItIsInvalidClient(post.token(post.refreshParameters("any"), post.secret()));
    }

    @Test
    void aPublicClientHasNoSecretToSend() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());

        assertThatItIsInvalidClient(client.token(client.refreshParameters("any"), "a-secret"));
        Map<String, String> parameters = client.refreshParameters("any");
        parameters.put("client_secret", "a-secret");
        assertThatItIsInvalidClient(client.token(parameters));
    }

    @Test
    void twoMethodsAtOnceAreRefused() {
        OAuthClient client = register("client_secret_basic");

        Answer answer = client.token(withSecret(client, client.refreshParameters("any")), client.secret());

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isEqualTo("invalid_request");
    }

    @Test
    void aHeaderAndABodyThatNameDifferentClientsAreRefused() {
        OAuthClient client = register("client_secret_basic");
        Map<String, String> parameters = client.refreshParameters("any");
        parameters.put(
                "client_id", OAuthClient.publicClient(installation.proxy()).id());

        assertThat(client.token(parameters, client.secret()).get("error")).isEqualTo("invalid_request");
    }

    @Test
    void nobodyIsAnUnknownClient() {
        OAuthClient client = OAuthClient.publicClient(installation.proxy());
        Map<String, String> parameters = client.refreshParameters("any");

        assertThat(client.token(withoutId(parameters)).get("error")).isEqualTo("invalid_request");
        parameters.put("client_id", "never-registered");
        assertThatItIsInvalidClient(client.token(parameters));
        assertThatItIsInvalidClient(client.post("/oauth2/v1/token", parameters, "Bearer abc"));
        assertThatItIsInvalidClient(client.post("/oauth2/v1/token", parameters, "Basic !!!"));
    }

    private OAuthClient register(String method) {
        return OAuthClient.register(installation.proxy(), method, REDIRECT);
    }

    private static Map<String, String> withSecret(OAuthClient client, Map<String, String> parameters) {
        Map<String, String> more = new HashMap<>(parameters);
        more.put("client_secret", client.secret());
        return more;
    }

    private static Map<String, String> withoutId(Map<String, String> parameters) {
        Map<String, String> fewer = new HashMap<>(parameters);
        fewer.remove("client_id");
        return fewer;
    }

    private static void assertThatItIsInvalidClient(Answer answer) {
        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.get("error")).isEqualTo("invalid_client");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }
}
