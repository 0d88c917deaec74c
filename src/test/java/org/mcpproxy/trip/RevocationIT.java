package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mcpproxy.okta.Endpoint;
import org.mcpproxy.okta.OktaUser;
import org.mcpproxy.okta.RecordedRequest;
import org.mcpproxy.system.Answer;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.OAuthClient;

/** Revocation (RFC 7009): either token ends the whole grant, here and at Okta. */
class RevocationIT {

    private final Installation installation = Installation.shared();
    private final OAuthClient client = OAuthClient.publicClient(installation.proxy());
    private final Answer tokens = client.signOn("alice");

    @Test
    void theRefreshTokenEndsTheGrantHereAndAtOkta() {
        int before = revocationsAtOkta().size();

        assertThat(client.revoke(tokens.get("refresh_token")).status()).isEqualTo(200);

        assertThatTheGrantHasEnded();
        assertThat(revocationsAtOkta()).hasSize(before + 1);
        RecordedRequest last = revocationsAtOkta().get(before);
        assertThat(last.status()).isEqualTo(200);
        assertThat(last.clientAuthentication()).isNotEqualTo("none");
        assertThat(last.parameters()).containsEntry("token_type_hint", "refresh_token");
    }

    @Test
    void theAccessTokenEndsTheGrantToo() {
        int before = revocationsAtOkta().size();

        assertThat(client.revoke(tokens.get("access_token")).status()).isEqualTo(200);

        assertThatTheGrantHasEnded();
        assertThat(revocationsAtOkta()).hasSize(before + 1);
    }

    @Test
    void aWrongHintDoesNotMatter() {
        Answer answer = client.post(
                "/oauth2/v1/revoke",
                Map.of(
                        "token", tokens.get("refresh_token"),
                        "token_type_hint", "access_token",
                        "client_id", client.id()));

        assertThat(answer.status()).isEqualTo(200);
        assertThatTheGrantHasEnded();
    }

    @Test
    void anotherClientCannotRevokeIt() {
        OAuthClient other = OAuthClient.publicClient(installation.proxy());

        assertThat(other.revoke(tokens.get("refresh_token")).status()).isEqualTo(400);
        assertThat(other.revoke(tokens.get("access_token")).status()).isEqualTo(400);

        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(200);
    }

    @Test
    void whoeverCannotAuthenticateCannotRevoke() {
        OAuthClient confidential =
                OAuthClient.register(installation.proxy(), "client_secret_basic", "http://127.0.0.1:8123/callback");
        Answer issued =
                confidential.token(confidential.redemptionParameters(confidential.code("bob")), confidential.secret());

        assertThat(confidential.revoke(issued.get("refresh_token")).status()).isEqualTo(401);

        assertThat(confidential.ping(issued.get("access_token")).status()).isEqualTo(200);
    }

    @Test
    void anUnknownTokenIsASuccess() {
        Answer answer = client.revoke("never-issued");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(client.revoke("a.b.c").status()).isEqualTo(200);
    }

    @Test
    void aMissingTokenIsNot() {
        assertThat(client.post("/oauth2/v1/revoke", Map.of("client_id", client.id()))
                        .get("error"))
                .isEqualTo("invalid_request");
    }

    @Test
    void anotherGrantOfTheSameUserAndClientGoesOn() {
        Answer second = client.signOn("alice");

        client.revoke(tokens.get("refresh_token"));

        assertThat(client.ping(second.get("access_token")).status()).isEqualTo(200);
        assertThat(client.refresh(second.get("refresh_token")).status()).isEqualTo(200);
    }

    @Test
    void theAuditNamesTheUserAndWhatEnded() {
        assertThat(installation.audited(client.revoke(tokens.get("refresh_token"))))
                .singleElement()
                .asString()
                .contains("\"event\":\"grant_revoked\"", user(), "\"client\":\"" + client.id() + "\"");
    }

    @Test
    void theAuditSaysWhereThereWasNothingToRevoke() {
        client.revoke(tokens.get("refresh_token"));

        for (Answer again : List.of(client.revoke(tokens.get("refresh_token")), client.revoke("never-issued"))) {
            assertThat(installation.audited(again))
                    .singleElement()
                    .asString()
                    .contains("\"outcome\":\"nothing_revoked\"", "\"client\":\"" + client.id() + "\"");
        }
    }

    @Test
    void theAuditNamesTheUserWhoseTokenAnotherClientHas() {
        OAuthClient other = OAuthClient.publicClient(installation.proxy());

        for (String token : List.of(tokens.get("refresh_token"), tokens.get("access_token"))) {
            assertThat(installation.audited(other.revoke(token)))
                    .singleElement()
                    .asString()
                    .contains("\"event\":\"refusal\"", user(), "\"client\":\"" + other.id() + "\"");
        }
    }

    private static String user() {
        return "\"user\":\"" + OktaUser.ALICE.id() + "\"";
    }

    private void assertThatTheGrantHasEnded() {
        assertThat(client.ping(tokens.get("access_token")).status()).isEqualTo(401);
        assertThat(client.refresh(tokens.get("refresh_token")).get("error")).isEqualTo("invalid_grant");
    }

    private List<RecordedRequest> revocationsAtOkta() {
        return installation.okta().requests().to(Endpoint.REVOKE);
    }
}
