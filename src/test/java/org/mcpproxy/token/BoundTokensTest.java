package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;
import static org.mcpproxy.fixture.TokenEndpoint.codeRequest;

import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.text.ParseException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.client.Client;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.TokenEndpoint;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

/** RFC 9449 5, 6 and 10: what is bound to the key that a client has proved to have, and who may use it then. */
class BoundTokensTest {

    private static final String KEY = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    private static final String OTHER = "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs";

    private final TokenEndpoint endpoint = new TokenEndpoint();
    private final Client client = Samples.client("client");
    private final Client confidential = new Client(
            "client",
            Optional.empty(),
            List.of(Samples.REDIRECT_URI),
            ClientAuthenticationMethod.CLIENT_SECRET_BASIC,
            Optional.of(new Secret("secret").hash()),
            Set.of(GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN),
            Scopes.offered(),
            endpoint.clock.instant());
    private final Grant grant = endpoint.grant("client");

    /** 5 and 6.1. */
    @Test
    void anAccessTokenNamesTheKeyAndTheAnswerItsType() throws ParseException {
        endpoint.proving(KEY);
        TokenAnswer answer = redeem();

        assertThat(SignedJWT.parse(answer.accessToken().value())
                        .getJWTClaimsSet()
                        .getClaim("cnf"))
                .isEqualTo(Map.of("jkt", KEY));
        assertThat(answer.toResponse(endpoint.clock.instant())).containsEntry("token_type", "DPoP");
    }

    @Test
    void withoutAProofItIsABearerToken() throws ParseException {
        TokenAnswer answer = redeem();

        assertThat(SignedJWT.parse(answer.accessToken().value())
                        .getJWTClaimsSet()
                        .getClaims())
                .doesNotContainKey("cnf");
        assertThat(answer.toResponse(endpoint.clock.instant())).containsEntry("token_type", "Bearer");
    }

    /** 5: a thief of a public client's refresh token has not its key. The grant goes on: the thief has come by nothing. */
    @Test
    void aPublicClientsRefreshTokenIsBoundToItsKey() {
        endpoint.proving(KEY);
        Secret token = redeem().refreshToken().orElseThrow();

        endpoint.proving(null);
        assertRefused(Reason.PROOF_MISSING, () -> endpoint.refresh(client, token));
        endpoint.proving(OTHER);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(client, token));
        endpoint.proving(KEY);
        Secret next = endpoint.refresh(client, token).refreshToken().orElseThrow();
        endpoint.proving(OTHER);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(client, next));
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(Samples.client("thief"), next));
        endpoint.proving(KEY);
        assertThat(key(endpoint.refresh(client, next))).contains(KEY);
    }

    /** 5: from the first proof on. */
    @Test
    void aPublicClientsRefreshTokenIsBoundOnceItSendsAProof() {
        Secret unbound = redeem().refreshToken().orElseThrow();
        endpoint.proving(KEY);
        Secret bound = endpoint.refresh(client, unbound).refreshToken().orElseThrow();

        endpoint.proving(null);
        assertRefused(Reason.PROOF_MISSING, () -> endpoint.refresh(client, bound));
    }

    /** 5: it is bound to the client, which may have another key tomorrow. */
    @Test
    void aConfidentialClientsRefreshTokenIsNotBoundToItsKeyButEachAccessTokenIs() {
        endpoint.proving(KEY);
        Secret first = endpoint.redeem(confidential, codeRequest(endpoint.code(grant)))
                .refreshToken()
                .orElseThrow();

        endpoint.proving(OTHER);
        TokenAnswer second = endpoint.refresh(confidential, first);
        assertThat(key(second)).contains(OTHER);
        endpoint.proving(null);
        assertThat(key(endpoint.refresh(confidential, second.refreshToken().orElseThrow())))
                .isEmpty();
    }

    /** Whoever repeats the request of another must have the other's key. */
    @Test
    void whoAsksAgainWithinTheGraceGetsTheSameAnswerWithTheSameKeyAlone() {
        endpoint.proving(KEY);
        Secret first = redeem().refreshToken().orElseThrow();
        TokenAnswer answer = endpoint.refresh(client, first);
        endpoint.clock.advance(Duration.ofSeconds(89));

        endpoint.proving(OTHER);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(client, first));
        endpoint.proving(null);
        assertRefused(Reason.PROOF_MISSING, () -> endpoint.refresh(client, first));
        endpoint.proving(KEY);
        assertThat(endpoint.refresh(client, first)).isEqualTo(answer);
        assertThat(endpoint.grants.find(grant.id())).isPresent();
    }

    @Test
    void aConfidentialClientThatAsksAgainMustHaveTheKeyOfTheFirstAnswer() {
        endpoint.proving(KEY);
        Secret bound = endpoint.redeem(confidential, codeRequest(endpoint.code(grant)))
                .refreshToken()
                .orElseThrow();
        TokenAnswer answer = endpoint.refresh(confidential, bound);

        endpoint.proving(OTHER);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(confidential, bound));
        endpoint.proving(null);
        assertRefused(Reason.PROOF_MISSING, () -> endpoint.refresh(confidential, bound));
        endpoint.proving(KEY);
        assertThat(endpoint.refresh(confidential, bound)).isEqualTo(answer);
    }

    /** The first answer's token is a bearer token: with a proof it would be taken for a bound one. */
    @Test
    void anAnswerThatWasNotBoundIsNotGivenAgainToOneWithAProof() {
        Secret unbound = redeem().refreshToken().orElseThrow();
        TokenAnswer answer = endpoint.refresh(client, unbound);

        endpoint.proving(KEY);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.refresh(client, unbound));
        endpoint.proving(null);
        assertThat(endpoint.refresh(client, unbound)).isEqualTo(answer);
    }

    /** 10: whoever intercepts the code, and its verifier too, has not the key. The code is not used up. */
    @Test
    void aCodeThatIsBoundToAKeyIsRedeemedByItsHolderAlone() {
        Secret code = endpoint.code(grant, KEY);

        assertRefused(Reason.PROOF_MISSING, () -> endpoint.redeem(client, codeRequest(code)));
        endpoint.proving(OTHER);
        assertRefused(Reason.PROOF_OF_OTHER_KEY, () -> endpoint.redeem(client, codeRequest(code)));
        endpoint.proving(KEY);
        assertThat(key(endpoint.redeem(client, codeRequest(code)))).contains(KEY);
    }

    private TokenAnswer redeem() {
        return endpoint.redeem(client, codeRequest(endpoint.code(grant)));
    }

    private Optional<String> key(TokenAnswer answer) {
        return endpoint.accessTokens
                .verify(answer.accessToken(), Samples.RESOURCE)
                .keyThumbprint();
    }
}
