package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.Samples.with;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import com.nimbusds.oauth2.sdk.GrantType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.audit.AuditEvent.GrantRevoked;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Race;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.AuthorizationCode;
import org.mcpproxy.grant.AuthorizationCodes;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;

class AuthorizationCodeExchangeTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Client client = Samples.client("client");
    private final Grant grant = endpoint.grant("client");
    private final Secret code = endpoint.code(grant);

    @Test
    void aCodeIsRedeemedForTokensOfItsGrant() {
        TokenAnswer answer = endpoint.redeem(client, codeRequest(code));

        AccessToken token = endpoint.accessTokens.verify(answer.accessToken(), Samples.RESOURCE);
        assertThat(token.grantId()).isEqualTo(grant.id());
        assertThat(token.clientId()).isEqualTo("client");
        assertThat(token.subject()).isEqualTo(Samples.ALICE.id());
        assertThat(token.scope()).isEqualTo(grant.scope());
        assertThat(endpoint.refreshTokens.find(
                        answer.refreshToken().orElseThrow().hash()))
                .isPresent();
    }

    /** RFC 6749 5.1. */
    @Test
    void theAnswerHoldsAllThatIsRequired() {
        assertThat(endpoint.redeem(client, codeRequest(code)).toResponse(endpoint.clock.instant()))
                .containsOnlyKeys("access_token", "token_type", "expires_in", "refresh_token", "scope", "id_token")
                .containsEntry("token_type", "Bearer")
                .containsEntry("expires_in", 600L)
                .containsEntry("scope", grant.scope().toString());
    }

    /** RFC 6749 3.2. */
    @Test
    void whatIsNotUnderstoodIsIgnored() {
        TokenAnswer answer = endpoint.redeem(client, with(codeRequest(code), "audience", "https://evil.example"));

        assertThat(endpoint.accessTokens
                        .verify(answer.accessToken(), Samples.RESOURCE)
                        .grantId())
                .isEqualTo(grant.id());
    }

    @Test
    void aRedeemedGrantOutlivesTheSignOn() {
        endpoint.redeem(client, codeRequest(code));
        endpoint.clock.advance(Duration.ofDays(29));

        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    @Test
    void aClientThatMayNotRefreshGetsNoRefreshToken() {
        Client unable = new Client(
                "client",
                Optional.empty(),
                client.redirectUris(),
                client.authenticationMethod(),
                Optional.empty(),
                Set.of(GrantType.AUTHORIZATION_CODE),
                client.scope(),
                client.registeredAt());

        assertThat(endpoint.redeem(unable, codeRequest(code)).refreshToken()).isEmpty();
    }

    @Test
    void aReplayedCodeRevokesTheTokensItIssued() {
        TokenAnswer answer = endpoint.redeem(client, codeRequest(code));

        assertRefused(Reason.CODE_REPLAYED, () -> endpoint.redeem(client, codeRequest(code)));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
        assertThat(endpoint.audit)
                .anyMatch(event -> event instanceof GrantRevoked revoked
                        && revoked.cause() == Cause.CODE_REPLAYED
                        && revoked.grant().equals(grant.id()));
        assertRefused(
                Reason.REFRESH_TOKEN_UNKNOWN,
                () -> endpoint.refresh(client, answer.refreshToken().orElseThrow()));
    }

    /** Whoever has a code without its verifier has stolen it, as surely as the one who has both. */
    @Test
    void aReplayWithoutTheVerifierRevokesToo() {
        endpoint.redeem(client, codeRequest(code));

        assertRefused(Reason.CODE_REPLAYED, () -> endpoint.redeem(client, with(codeRequest(code), "code_verifier")));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void whoIsSecondByAMomentGetsNothingAndTheGrantEnds() {
        assertRefused(
                Reason.CODE_REPLAYED, () -> endpoint.redeem(client, codeRequest(code), new Outrun(endpoint.codes)));

        assertThat(endpoint.grants.find(grant.id())).isEmpty();
    }

    @Test
    void ofManyWhoRedeemOneCodeAtOnceNoMoreThanOneGetsTokensAndTheGrantEnds() {
        List<Optional<Reason>> outcomes = Race.of(200, this::outcome);

        assertThat(outcomes.stream().filter(Optional::isEmpty).count()).isEqualTo(1);
        assertThat(outcomes.stream().flatMap(Optional::stream))
                .hasSize(199)
                .allMatch(reason -> reason == Reason.CODE_REPLAYED || reason == Reason.GRANT_ENDED);
        assertThat(endpoint.grants.find(grant.id())).isEmpty();
        assertThat(endpoint.okta.revoked()).hasSize(1);
    }

    private Optional<Reason> outcome() {
        try {
            endpoint.redeem(client, codeRequest(code));
            return Optional.empty();
        } catch (Rejection rejection) {
            return Optional.of(rejection.reason());
        }
    }

    @Test
    void anExpiredOrUnknownCodeIsRefused() {
        assertRefused(Reason.CODE_UNKNOWN, () -> endpoint.redeem(client, codeRequest(new Secret("guess"))));
        endpoint.clock.advance(Duration.ofSeconds(60));

        assertRefused(Reason.CODE_UNKNOWN, () -> endpoint.redeem(client, codeRequest(code)));
    }

    @Test
    void anExpiredCodeIsRefusedThoughTheStoreHasNotForgottenIt() {
        AuthorizationCode kept = endpoint.codes.find(code.hash()).orElseThrow();
        endpoint.clock.advance(Duration.ofSeconds(60));

        assertRefused(Reason.CODE_UNKNOWN, () -> endpoint.redeem(client, codeRequest(code), new Unforgetting(kept)));
    }

    @Test
    void anotherClientsCodeIsRefusedAndStaysGood() {
        assertRefused(Reason.CODE_OF_OTHER_CLIENT, () -> endpoint.redeem(Samples.client("thief"), codeRequest(code)));
        assertThat(endpoint.users).containsExactly(grant.user().id());

        assertThat(endpoint.redeem(client, codeRequest(code))).isNotNull();
    }

    @Test
    void withoutItsVerifierACodeIsWorthNothing() {
        assertRefused(Reason.VERIFIER_MISSING, () -> endpoint.redeem(client, with(codeRequest(code), "code_verifier")));
        assertRefused(
                Reason.VERIFIER_MISSING, () -> endpoint.redeem(client, with(codeRequest(code), "code_verifier", "")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl",
                // the challenge itself, as with the method plain
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                "é234567890123456789012345678901234567890123",
                "\u0000\u0000\u0000"
            })
    void aWrongVerifierIsRefused(String verifier) {
        assertRefused(
                Reason.VERIFIER_WRONG,
                () -> endpoint.redeem(client, with(codeRequest(code), "code_verifier", verifier)));
    }

    @Test
    void anOverlongVerifierIsRefused() {
        Parameters parameters = with(codeRequest(code), "code_verifier", "a".repeat(10_000));

        assertRefused(Reason.VERIFIER_WRONG, () -> endpoint.redeem(client, parameters));
    }

    @Test
    void anotherRedirectUriIsRefused() {
        Parameters other = with(codeRequest(code), "redirect_uri", "https://app.example/other");

        assertRefused(Reason.CODE_REDIRECT_URI_MISMATCH, () -> endpoint.redeem(client, other));
        assertRefused(
                Reason.CODE_REDIRECT_URI_MISMATCH,
                () -> endpoint.redeem(client, with(codeRequest(code), "redirect_uri")));
    }

    @Test
    void onlyTheGrantedResourceMayBeNamed() {
        assertRefused(
                Reason.RESOURCE_MISMATCH,
                () -> endpoint.redeem(client, with(codeRequest(code), "resource", "https://other.example/mcp")));
        assertRefused(
                Reason.RESOURCE_MISMATCH,
                () -> endpoint.redeem(
                        client, with(codeRequest(code), "resource", Samples.RESOURCE, "https://other.example/mcp")));
        assertThat(endpoint.redeem(client, with(codeRequest(code), "resource", Samples.RESOURCE + "/")))
                .isNotNull();
    }

    @Test
    void aCodeOfAnEndedGrantIsRefused() {
        endpoint.ending.end(grant.id(), Cause.REVOKED_BY_CLIENT, Samples.TRAIL);

        assertRefused(Reason.GRANT_ENDED, () -> endpoint.redeem(client, codeRequest(code)));
    }

    /** A store that holds one code for ever. */
    private record Unforgetting(AuthorizationCode code) implements AuthorizationCodes {

        @Override
        public void issue(AuthorizationCode another) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<AuthorizationCode> find(String hash) {
            return Optional.of(code);
        }

        @Override
        public boolean redeem(AuthorizationCode redeemed, Optional<RefreshToken> first, Instant grantExpiresAt) {
            return true;
        }
    }

    /** Codes that somebody else uses up, each between the look at it and its use. */
    private record Outrun(AuthorizationCodes codes) implements AuthorizationCodes {

        @Override
        public void issue(AuthorizationCode code) {
            codes.issue(code);
        }

        @Override
        public Optional<AuthorizationCode> find(String hash) {
            return codes.find(hash);
        }

        @Override
        public boolean redeem(AuthorizationCode code, Optional<RefreshToken> first, Instant grantExpiresAt) {
            return codes.redeem(code, Optional.empty(), grantExpiresAt) && codes.redeem(code, first, grantExpiresAt);
        }
    }
}
