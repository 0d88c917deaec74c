package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

class OpenIdTokensTest {

    private static final String CLIENT = "client";
    private static final Secret ACCESS_TOKEN = new Secret("an-access-token");

    private final SettableClock clock = new SettableClock();
    private final Settings settings = Samples.settings();
    private final OpenIdTokens tokens = new OpenIdTokens(settings, new FixedKeys(), clock);

    /** OpenID Connect Core 2. */
    @Test
    void itSaysWhoSignedOnWhenAndForWhom() throws Exception {
        Instant authenticated = clock.instant().minus(Duration.ofHours(1));

        SignedJWT token = SignedJWT.parse(
                minted(Optional.of("nönce ✓"), new AuthenticationEvent(Optional.of(authenticated), Optional.of("phr")))
                        .value());

        assertThat(token.getHeader().getAlgorithm()).isEqualTo(JWSAlgorithm.RS256);
        assertThat(token.getHeader().getType()).isEqualTo(JOSEObjectType.JWT);
        assertThat(token.getHeader().getKeyID()).isEqualTo("ours");
        assertThat(token.getJWTClaimsSet().toJSONObject())
                .containsEntry("iss", Samples.ISSUER)
                .containsEntry("sub", "00ualice")
                .containsEntry("aud", CLIENT)
                .containsEntry("iat", clock.instant().getEpochSecond())
                .containsEntry("exp", clock.instant().plusSeconds(600).getEpochSecond())
                .containsEntry("nonce", "nönce ✓")
                .containsEntry("auth_time", authenticated.getEpochSecond())
                .containsEntry("acr", "phr")
                .containsOnlyKeys("iss", "sub", "aud", "iat", "exp", "nonce", "auth_time", "acr", "at_hash");
    }

    /** OpenID Connect Core 3.1.3.8. */
    @Test
    void itIsBoundToTheAccessToken() throws Exception {
        String hash =
                (String) SignedJWT.parse(minted().value()).getJWTClaimsSet().getClaim("at_hash");

        AccessTokenValidator.validate(
                new BearerAccessToken(ACCESS_TOKEN.value()), JWSAlgorithm.RS256, new AccessTokenHash(hash));
    }

    @Test
    void whatIsNotKnownIsLeftOut() throws Exception {
        assertThat(SignedJWT.parse(minted().value()).getJWTClaimsSet().toJSONObject())
                .containsOnlyKeys("iss", "sub", "aud", "iat", "exp", "at_hash");
    }

    /** The attack: a client, or whoever came by its ID token, calls with it. */
    @Test
    void itIsNoAccessTokenAndNoIdentity() {
        Secret token = minted();
        Secret forResource = tokens.mint(new OpenIdToken(
                "00ualice",
                Samples.RESOURCE,
                Optional.empty(),
                AuthenticationEvent.UNKNOWN,
                ACCESS_TOKEN,
                clock.instant().plusSeconds(600)));

        assertRefused(Reason.TOKEN_MALFORMED, () -> accessTokens().verify(token));
        assertRefused(Reason.TOKEN_MALFORMED, () -> accessTokens().verify(forResource, Samples.RESOURCE));
        assertRefused(Reason.TOKEN_MALFORMED, () -> identityTokens().verify(token));
    }

    /** OpenID Connect Core 3.1.2.2: also when it has expired. */
    @Test
    void aHintSaysWhoIsExpectedHoweverOldItIs() {
        Secret hint = minted();
        clock.advance(Duration.ofDays(1));

        assertThat(tokens.subject(hint, CLIENT)).isEqualTo("00ualice");
    }

    @Test
    void whatWeDidNotGiveToThisClientIsNoHint() throws Exception {
        Secret access = accessTokens()
                .mint(new AccessToken(
                        "00ualice",
                        CLIENT,
                        CLIENT,
                        Scopes.offered(),
                        "grant",
                        "id",
                        clock.instant().plusSeconds(600),
                        Optional.empty()));
        Secret identity = identityTokens()
                .mint(new Identity("00ualice", CLIENT, new Profile(null, Set.of()), Optional.empty()), CLIENT);

        assertNoHint(access);
        assertNoHint(identity);
        assertNoHint(new Secret("no token"));
        assertNoHint(new Secret(new PlainJWT(claims(Samples.ISSUER).build()).serialize()));
        assertNoHint(signed(FixedKeys.key("ours"), claims(Samples.ISSUER)));
        assertNoHint(signed(new FixedKeys().current(), claims("https://other.example")));
        assertNoHint(signed(new FixedKeys().current(), claims(Samples.ISSUER).subject(null)));
        assertRefused(Reason.ID_TOKEN_HINT_INVALID, () -> tokens.subject(minted(), "another client"));
        SignedJWT mac = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("ours").build(),
                claims(Samples.ISSUER).build());
        mac.sign(new MACSigner(new FixedKeys().current().toRSAPublicKey().getEncoded()));
        assertNoHint(new Secret(mac.serialize()));
    }

    private void assertNoHint(Secret hint) {
        assertRefused(Reason.ID_TOKEN_HINT_INVALID, () -> tokens.subject(hint, CLIENT));
    }

    private JWTClaimsSet.Builder claims(String issuer) {
        return new JWTClaimsSet.Builder()
                .issuer(issuer)
                .subject("00ualice")
                .audience(CLIENT)
                .expirationTime(Date.from(clock.instant().plusSeconds(600)));
    }

    private static Secret signed(RSAKey key, JWTClaimsSet.Builder claims) {
        return CompactJwt.signed(key, JOSEObjectType.JWT, claims.build());
    }

    private Secret minted() {
        return minted(Optional.empty(), AuthenticationEvent.UNKNOWN);
    }

    private Secret minted(Optional<String> nonce, AuthenticationEvent authentication) {
        return tokens.mint(new OpenIdToken(
                "00ualice",
                CLIENT,
                nonce,
                authentication,
                ACCESS_TOKEN,
                clock.instant().plusSeconds(600)));
    }

    private AccessTokens accessTokens() {
        return new AccessTokens(settings, new FixedKeys(), Samples.profiles(), clock);
    }

    private IdentityTokens identityTokens() {
        return new IdentityTokens(settings, new FixedKeys(), Samples.RANDOM, clock);
    }
}
