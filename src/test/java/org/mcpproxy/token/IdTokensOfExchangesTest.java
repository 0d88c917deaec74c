package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.Scope;
import java.text.ParseException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.DeviceAuthorization;
import org.mcpproxy.grant.DeviceAuthorization.Decision;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.upstream.SignOnDemands;

/** Who gets an ID token: whoever asked for {@code openid}, and nobody else. */
class IdTokensOfExchangesTest {

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Client client = Samples.client("client");

    @Test
    void aCodeBringsOneWithItsNonceAndTheTimeOfTheSignOn() throws ParseException {
        long signedOn = endpoint.clock.instant().getEpochSecond();
        Grant grant = endpoint.grant("client");
        endpoint.clock.advance(Duration.ofSeconds(30));

        TokenAnswer answer = endpoint.redeem(client, codeRequest(endpoint.code(grant)));

        JWTClaimsSet claims = claims(answer);
        assertThat(claims.getSubject()).isEqualTo("00ualice");
        assertThat(claims.getSubject())
                .isEqualTo(endpoint.accessTokens.verify(answer.accessToken()).subject());
        assertThat(claims.getAudience()).containsExactly("client");
        assertThat(claims.getClaim("nonce")).isEqualTo(TokenEndpoint.NONCE);
        assertThat(claims.getClaim("auth_time")).isEqualTo(signedOn);
        assertThat(claims.getIssueTime()).isEqualTo(endpoint.clock.instant());
        assertThat(claims.getExpirationTime()).isEqualTo(answer.expiresAt());
        assertThat(answer.toResponse(endpoint.clock.instant()))
                .containsEntry("id_token", answer.idToken().orElseThrow().value());
    }

    /** Its access token is for the MCP server alone, as ever. */
    @Test
    void theAccessTokenHasTheResourceForItsOnlyAudience() {
        TokenAnswer answer = endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client"))));

        assertThat(endpoint.accessTokens.verify(answer.accessToken()).audience())
                .isEqualTo(Samples.RESOURCE);
    }

    @Test
    void whoDidNotAskForOpenIdGetsNone() {
        Grant grant = endpoint.grant("client", new Scope("mcp", "offline_access", "profile", "email"));

        TokenAnswer answer = endpoint.redeem(client, codeRequest(endpoint.code(grant)));

        assertThat(answer.idToken()).isEmpty();
        assertThat(answer.toResponse(endpoint.clock.instant())).doesNotContainKey("id_token");
        Secret refreshToken = answer.refreshToken().orElseThrow();
        assertRefused(Reason.SCOPE_EXCEEDS_GRANT, () -> endpoint.refresh(client, refreshToken, "scope", "mcp openid"));
        assertThat(endpoint.refresh(client, refreshToken).idToken()).isEmpty();
    }

    /** OpenID Connect Core 12.2. */
    @Test
    void aRefreshBringsOneOfTheSameSignOnWithoutTheNonce() throws ParseException {
        TokenAnswer first = endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client"))));
        endpoint.clock.advance(Duration.ofMinutes(30));

        TokenAnswer second = endpoint.refresh(client, first.refreshToken().orElseThrow());

        JWTClaimsSet claims = claims(second);
        for (String same : new String[] {"iss", "sub", "aud", "auth_time", "acr"}) {
            assertThat(claims.getClaim(same)).isEqualTo(claims(first).getClaim(same));
        }
        assertThat(claims.getClaim("nonce")).isNull();
        assertThat(claims.getIssueTime()).isEqualTo(endpoint.clock.instant());
        assertThat(claims.getClaim("at_hash")).isNotEqualTo(claims(first).getClaim("at_hash"));
    }

    /** RFC 9470 6.1: else a refresh would open what needs a recent sign-on. */
    @Test
    void theAccessTokenSaysHowTheUserSignedOnAndARefreshDoesNotRenewIt() {
        AuthenticationEvent signedOn = new AuthenticationEvent(
                Optional.of(endpoint.clock.instant().truncatedTo(ChronoUnit.SECONDS)), Optional.of("phr"));
        TokenAnswer first = endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client"))));
        assertThat(endpoint.accessTokens.verify(first.accessToken()).authentication())
                .isEqualTo(signedOn);
        endpoint.clock.advance(Duration.ofMinutes(30));

        TokenAnswer second = endpoint.refresh(client, first.refreshToken().orElseThrow());

        assertThat(endpoint.accessTokens.verify(second.accessToken()).authentication())
                .isEqualTo(signedOn);
    }

    @Test
    void whoDropsOpenIdAtARefreshGetsNoneThen() {
        Secret refreshToken = endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client"))))
                .refreshToken()
                .orElseThrow();

        TokenAnswer narrowed = endpoint.refresh(client, refreshToken, "scope", "mcp");

        assertThat(narrowed.idToken()).isEmpty();
        assertThat(endpoint.refresh(client, narrowed.refreshToken().orElseThrow())
                        .idToken())
                .isPresent();
    }

    @Test
    void whoAsksAgainWithinTheGraceGetsTheSameOne() {
        Secret refreshToken = endpoint.redeem(client, codeRequest(endpoint.code(endpoint.grant("client"))))
                .refreshToken()
                .orElseThrow();
        TokenAnswer answer = endpoint.refresh(client, refreshToken);
        endpoint.clock.advance(Duration.ofSeconds(20));

        assertThat(endpoint.refresh(client, refreshToken).idToken()).isPresent().isEqualTo(answer.idToken());
    }

    @Test
    void aDeviceGetsOneToo() throws ParseException {
        Client device = Samples.device("device");
        Secret code = Secret.random(Samples.RANDOM);
        endpoint.store.devices.begin(new DeviceAuthorization(
                code.hash(),
                "user code",
                "device",
                new Scope("openid"),
                Samples.RESOURCES,
                SignOnDemands.NONE,
                "payer",
                "203.0.113.9",
                endpoint.clock.instant(),
                endpoint.clock.instant().plus(Duration.ofMinutes(10)),
                Decision.PENDING,
                Optional.empty()));
        Grant grant = endpoint.grant("device", new Scope("openid"));
        endpoint.store.devices.allow(code.hash(), grant.id());

        JWTClaimsSet claims = claims(endpoint.poll(device, code));

        assertThat(claims.getAudience()).containsExactly("device");
        assertThat(claims.getClaim("auth_time")).isNotNull();
        assertThat(claims.getClaim("nonce")).isNull();
    }

    private static JWTClaimsSet claims(TokenAnswer answer) throws ParseException {
        return SignedJWT.parse(answer.idToken().orElseThrow().value()).getJWTClaimsSet();
    }
}
