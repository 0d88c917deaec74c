package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** A code works once, for the client that asked, in the way it asked (OAuth 2.1 4.1.3). */
class CodeIT {

    private static final int AT_ONCE = 50;

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());

    @Test
    void aReplayedCodeRevokesTheTokensItIssuedHereAndAtOkta() {
        String code = client.code("alice");
        Answer tokens = client.redeem(code);
        int revoked = installation.okta().requests().calls(Endpoint.REVOKE);

        assertThat(client.redeem(code).get("error")).isEqualTo("invalid_grant");

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
        assertThat(installation.okta().requests().calls(Endpoint.REVOKE)).isGreaterThan(revoked);
    }

    @ParameterizedTest
    @CsvSource({
        "code_verifier, , invalid_grant",
        "code_verifier, too-short, invalid_grant",
        "redirect_uri, , invalid_grant",
        "redirect_uri, http://127.0.0.1:8123/other, invalid_grant",
        "redirect_uri, http://127.0.0.1:9999/callback, invalid_grant",
        "resource, https://evil.example/mcp, invalid_target",
        "code, , invalid_request",
        "code, a-code-that-was-never-issued, invalid_grant",
        "grant_type, , invalid_request",
        "grant_type, refresh_token, invalid_request",
        "grant_type, password, unsupported_grant_type",
        "grant_type, client_credentials, unauthorized_client"
    })
    void aRedemptionThatDiffersIsRefused(String name, String value, String error) {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        if (value == null) {
            parameters.remove(name);
        } else {
            parameters.put(name, value);
        }

        assertThatItIsRefused(client.token(parameters), error);
    }

    @Test
    void aVerifierOfAnotherRequestIsRefused() {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        parameters.put("code_verifier", new CodeVerifier().getValue());

        assertThatItIsRefused(client.token(parameters), "invalid_grant");
    }

    @Test
    void theChallengeItselfIsNoVerifier() {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        parameters.put("code_verifier", client.authorizationParameters().get("code_challenge"));

        assertThatItIsRefused(client.token(parameters), "invalid_grant");
    }

    @Test
    void anotherClientCannotRedeemIt() {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        parameters.put(
                "client_id", OAuthClient.publicClient(installation.proxy()).id());

        assertThatItIsRefused(client.token(parameters), "invalid_grant");
    }

    @Test
    void theAuditNamesTheUserWhoseCodeWasTried() {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        parameters.put("code_verifier", new CodeVerifier().getValue());

        assertThat(installation.audited(client.token(parameters)))
                .singleElement()
                .asString()
                .contains("\"event\":\"refusal\"", "\"user\":\"" + OktaUser.ALICE.id() + "\"", client.id());
    }

    @Test
    void aCodeIsNoRefreshTokenAndNoAccessToken() {
        String code = client.code("alice");

        assertThat(client.refresh(code).get("error")).isEqualTo("invalid_grant");
        assertThat(client.ping(code).status()).isEqualTo(401);
    }

    @Test
    void aRepeatedParameterIsRefused() {
        Map<String, String> parameters = client.redemptionParameters(client.code("alice"));
        parameters.put("code_verifier", client.verifier());
        parameters.put("client_id&client_id", client.id());

        assertThatItIsRefused(client.token(parameters), "invalid_request");
    }

    @Test
    void ofManyRedemptionsAtOnceAtMostOneSucceedsAndTheGrantEnds() {
        List<Answer> answers = client.tokenAtOnce(AT_ONCE, client.redemptionParameters(client.code("alice")));

        List<Answer> won =
                answers.stream().filter(answer -> answer.status() == 200).toList();
        assertThat(won).hasSizeLessThanOrEqualTo(1);
        assertThat(answers)
                .filteredOn(answer -> answer.status() != 200)
                .allSatisfy(answer -> assertThat(answer.get("error")).isEqualTo("invalid_grant"));
        assertThat(won).allSatisfy(answer -> {
            assertThat(client.ping(answer.get("access_token")).status()).isEqualTo(401);
            assertThat(client.refresh(answer.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
        });
    }

    private static void assertThatItIsRefused(Answer answer, String error) {
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.get("error")).isEqualTo(error);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.json()).doesNotContainKeys("access_token", "refresh_token");
    }
}
