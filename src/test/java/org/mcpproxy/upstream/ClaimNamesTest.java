package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Of an issuer that is not Okta: {@code OKTA_GROUPS_CLAIM}, {@code OKTA_SCOPE_CLAIM}, {@code OKTA_CLIENT_CLAIM}. */
class ClaimNamesTest {

    private static final Instant NOW = Instant.parse("2026-11-28T09:00:00Z");
    private static final Settings SETTINGS = Samples.withClaims("roles", "scope", "client_id");

    private final AccessTokenClaims rules =
            new AccessTokenClaims(SETTINGS.okta(), SETTINGS.okta().issuer());

    @Test
    void accessTokensAreReadByTheNamesThatAreSet() {
        JWTClaimsSet claims = claims().claim("client_id", "agent").build();
        rules.require(claims, NOW);

        OktaAccessToken token = rules.read(claims);

        assertThat(token.client()).isEqualTo("agent");
        assertThat(token.scope().toStringList()).containsExactly("read", "write");
        assertThat(token.groups()).containsExactly("admins");
    }

    /** The attack: with a token that names its client by Okta's name for it alone, to be a client that nobody knows. */
    @Test
    void noOtherNameCounts() {
        assertThat(refused(claims().claim("cid", "agent").build())).isEqualTo(Reason.TOKEN_MALFORMED);
        assertThat(refused(
                        claims().claim("client_id", SETTINGS.okta().clientId()).build()))
                .isEqualTo(Reason.TOKEN_OF_PROXY);
    }

    @Test
    void peopleAreInTheGroupsOfTheClaimThatIsSet() throws ParseException {
        People people = new People(SETTINGS, null, null, null);
        IDTokenClaimsSet idToken = new IDTokenClaimsSet(claims().claim("name", "Alice")
                .claim("email", "alice@acme.example")
                .build());

        assertThat(people.identify(idToken, new BearerAccessToken("any"), Optional.empty())
                        .groups())
                .containsExactly("admins");
    }

    /** As after the tolerance for clocks it is taken no more, and until then is. */
    @Test
    void aTokenIsGoodForTwoMinutesMoreThanItSays() {
        assertThat(rules.read(claims().claim("client_id", "agent").build()).expiresAt())
                .isEqualTo(NOW.plusSeconds(60 + 120));
    }

    private Reason refused(JWTClaimsSet claims) {
        return catchThrowableOfType(Rejection.class, () -> rules.require(claims, NOW))
                .reason();
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(SETTINGS.okta().issuer().toString())
                .audience("audience")
                .subject("alice")
                .issueTime(Date.from(NOW))
                .expirationTime(Date.from(NOW.plusSeconds(60)))
                .claim("roles", List.of("admins"))
                .claim("groups", List.of("Everyone"))
                .claim("scope", "read write")
                .claim("scp", List.of("all"));
    }
}
