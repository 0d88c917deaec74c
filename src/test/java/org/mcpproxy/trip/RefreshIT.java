package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import net.minidev.json.JSONObject;
import org.junit.jupiter.api.Test;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Browser;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** Refresh tokens: each works once, and once more for a client that lost the answer (OAuth 2.1 4.3). */
class RefreshIT {

    private static final int AT_ONCE = 100;

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final Answer tokens = client.signOn("alice");

    @Test
    void eachRefreshGivesANewToken() {
        Answer first = refresh(tokens);
        Answer second = refresh(first);

        assertThat(List.of(first.status(), second.status())).containsOnly(200);
        assertThat(List.of(tokens, first, second))
                .extracting(answer -> answer.get("refresh_token"))
                .doesNotHaveDuplicates()
                .doesNotContain("");
    }

    @Test
    void aClientThatAsksAgainWithinTheGraceGetsTheSameAnswer() {
        Answer first = refresh(tokens);
        Answer again = refresh(tokens);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.get("refresh_token")).isEqualTo(first.get("refresh_token"));
        assertThat(again.get("access_token")).isEqualTo(first.get("access_token"));
    }

    @Test
    void manyRefreshesAtOnceGetTheSameAnswer() {
        List<Answer> answers = client.tokenAtOnce(AT_ONCE, client.refreshParameters(tokens.get("refresh_token")));

        assertThat(answers).extracting(Answer::status).containsOnly(200);
        assertThat(answers.stream().map(answer -> answer.get("refresh_token")).distinct())
                .hasSize(1);
        assertThat(answers.stream().map(answer -> answer.get("access_token")).distinct())
                .hasSize(1);
        assertThat(refresh(answers.get(0)).status()).isEqualTo(200);
    }

    @Test
    void aTokenInAnotherClientsHandsEndsTheGrant() {
        OAuthClient thief = OAuthClient.publicClient(installation.proxy());

        assertThat(thief.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(refresh(tokens).get("error")).isEqualTo("invalid_grant");
    }

    @Test
    void theScopeMayBeNarrowedForOneAccessToken() throws ParseException {
        Map<String, String> parameters = client.refreshParameters(tokens.get("refresh_token"));
        parameters.put("scope", "mcp");

        Answer narrowed = client.token(parameters);

        assertThat(narrowed.get("scope")).isEqualTo("mcp");
        assertThat(SignedJWT.parse(narrowed.get("access_token"))
                        .getJWTClaimsSet()
                        .getStringClaim("scope"))
                .isEqualTo("mcp");
        assertThat(refresh(narrowed).get("scope")).isEqualTo("mcp offline_access");
    }

    @Test
    void aWiderScopeIsRefusedAndCostsNothing() {
        Map<String, String> parameters = client.refreshParameters(tokens.get("refresh_token"));
        parameters.put("scope", "mcp openid");

        assertThat(client.token(parameters).get("error")).isEqualTo("invalid_scope");
        assertThat(refresh(tokens).status()).isEqualTo(200);
    }

    @Test
    void anotherResourceIsRefused() {
        Map<String, String> parameters = client.refreshParameters(tokens.get("refresh_token"));
        parameters.put("resource", "https://evil.example/mcp");

        assertThat(client.token(parameters).get("error")).isEqualTo("invalid_target");
    }

    @Test
    void aMadeUpTokenIsRefused() {
        assertThat(client.refresh("made-up").get("error")).isEqualTo("invalid_grant");
        assertThat(client.refresh(tokens.get("access_token")).get("error")).isEqualTo("invalid_grant");
        assertThat(client.token(Map.of("grant_type", "refresh_token", "client_id", client.id()))
                        .get("error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void aClientThatIsNotRegisteredForItGetsNone() {
        OAuthClient without = OAuthClient.registered(
                installation.proxy(),
                new JSONObject(Map.of(
                        "redirect_uris",
                        List.of("http://127.0.0.1:8123/callback"),
                        "token_endpoint_auth_method",
                        "none")),
                "http://127.0.0.1:8123/callback");
        Map<String, String> parameters = without.authorizationParameters();
        parameters.remove("scope");
        Answer issued = without.redeem(OAuthClient.parameter(
                new Browser().signOn(without.authorizationUri(parameters), "alice", without.redirectUri()), "code"));

        assertThat(issued.json()).containsKey("access_token").doesNotContainKey("refresh_token");
        assertThat(without.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("unauthorized_client");
    }

    private Answer refresh(Answer answer) {
        return client.refresh(answer.get("refresh_token"));
    }
}
