package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.Scope;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;

class AccessTokensTest {

    private static final RSAKey KEY = new FixedKeys().current();
    private static final RSAKey STRANGERS_KEY = FixedKeys.key(KEY.getKeyID());

    private final SettableClock clock = new SettableClock();
    private final AccessTokens tokens =
            new AccessTokens(Samples.settings(), new FixedKeys(), Samples.profiles(), clock);
    private final AccessToken token = new AccessToken(
                    "00ualice",
                    "client",
                    Samples.RESOURCE,
                    Scopes.offered(),
                    "grant",
                    "id",
                    clock.instant().plus(Duration.ofMinutes(10)),
                    Optional.of(new Profile("alice@example.com", Set.of("engineering"))))
            .signedOn(new AuthenticationEvent(
                    Optional.of(clock.instant().minus(Duration.ofHours(1))), Optional.of("phr")));

    @Test
    void whatWasMintedIsVerified() {
        assertThat(tokens.verify(tokens.mint(token), Samples.RESOURCE)).isEqualTo(token);
    }

    /** RFC 9068 2. */
    @Test
    void aTokenIsWhatTheProfileAsksFor() throws Exception {
        SignedJWT jwt = SignedJWT.parse(tokens.mint(token).value());

        assertThat(jwt.getHeader().getType()).isEqualTo(new JOSEObjectType("at+jwt"));
        assertThat(jwt.getHeader().getKeyID()).isEqualTo("ours");
        assertThat(jwt.getJWTClaimsSet().getClaims())
                .containsOnlyKeys(
                        "iss",
                        "sub",
                        "aud",
                        "iat",
                        "exp",
                        "jti",
                        "client_id",
                        "scope",
                        "grant_id",
                        "sealed_profile",
                        "auth_time",
                        "acr");
        assertThat(jwt.getJWTClaimsSet().getLongClaim("auth_time"))
                .isEqualTo(clock.instant().minus(Duration.ofHours(1)).getEpochSecond());
        assertThat(jwt.getJWTClaimsSet().getStringClaim("acr")).isEqualTo("phr");
        assertThat(jwt.getJWTClaimsSet().getIssuer()).isEqualTo(Samples.ISSUER);
        assertThat(jwt.getJWTClaimsSet().getAudience()).containsExactly(Samples.RESOURCE);
    }

    @Test
    void whatOktaDidNotSayOfTheSignOnIsLeftOut() throws Exception {
        Secret minted = tokens.mint(token.signedOn(AuthenticationEvent.UNKNOWN));

        assertThat(SignedJWT.parse(minted.value()).getJWTClaimsSet().getClaims())
                .doesNotContainKeys("auth_time", "acr");
        assertThat(tokens.verify(minted, Samples.RESOURCE).authentication()).isEqualTo(AuthenticationEvent.UNKNOWN);
    }

    /** With all groups that a token may hold, of a client with a long id: we must not refuse what we minted. */
    @Test
    void noTokenIsLongerThanWhatIsRead() {
        Random random = new Random(1);
        Profile groups = new Profile(
                null,
                Stream.generate(() -> new BigInteger(480, random).toString(16))
                        .limit(48)
                        .collect(Collectors.toSet()));
        AccessToken longest = new AccessToken(
                        token.subject(),
                        "https://client.example/" + "a".repeat(470),
                        token.audience(),
                        Scope.parse("mcp " + "b".repeat(700)),
                        token.grantId(),
                        token.id(),
                        token.expiresAt(),
                        Optional.of(groups))
                .signedOn(new AuthenticationEvent(Optional.of(clock.instant()), Optional.of("c".repeat(200))));

        Secret minted = tokens.mint(longest);

        assertThat(groups.compressed()).isPresent();
        assertThat("Bearer " + minted.value()).hasSizeLessThanOrEqualTo(PresentedToken.LONGEST_CREDENTIAL);
        assertThat(tokens.verify(minted, Samples.RESOURCE).profile()).isEmpty();
    }

    @Test
    void anExpiredTokenIsRefusedFromItsLastSecondOn() {
        Secret minted = tokens.mint(token);
        clock.advance(Duration.ofMinutes(10).minusSeconds(1));
        assertThat(tokens.verify(minted, Samples.RESOURCE)).isEqualTo(token);

        clock.advance(Duration.ofSeconds(1));
        assertRefused(Reason.TOKEN_EXPIRED, () -> tokens.verify(minted, Samples.RESOURCE));
    }

    @Test
    void aTokenForAnotherResourceIsRefused() {
        Secret minted = tokens.mint(token);

        assertRefused(Reason.TOKEN_AUDIENCE_WRONG, () -> tokens.verify(minted, Samples.RESOURCE + "/other"));
        assertRefused(Reason.TOKEN_AUDIENCE_WRONG, () -> tokens.verify(minted, Samples.ISSUER));
    }

    @Test
    void aTokenForSeveralResourcesOrNoneIsRefused() {
        assertRefused(
                Reason.TOKEN_AUDIENCE_WRONG,
                () -> verify(signed(claims().audience(List.of(Samples.RESOURCE, "https://other.example")))));
        assertRefused(Reason.TOKEN_AUDIENCE_WRONG, () -> verify(signed(claims().audience((String) null))));
    }

    @Test
    void aTokenOfAnotherIssuerOrOfNoneIsRefused() {
        assertRefused(Reason.TOKEN_ISSUER_WRONG, () -> verify(signed(claims().issuer("https://evil.example"))));
        assertRefused(Reason.TOKEN_ISSUER_WRONG, () -> verify(signed(claims().issuer(Samples.ISSUER + "/"))));
        assertRefused(Reason.TOKEN_ISSUER_WRONG, () -> verify(signed(claims().issuer(null))));
    }

    @Test
    void aTokenWithoutAnExpiryIsRefused() {
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(signed(claims().expirationTime(null))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub", "client_id", "scope", "grant_id", "jti"})
    void aTokenThatLacksAClaimIsRefused(String claim) {
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(signed(claims().claim(claim, null))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"client_id", "scope", "grant_id"})
    void aClaimOfAnotherTypeIsRefused(String claim) {
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(signed(claims().claim(claim, List.of(1)))));
    }

    @Test
    void aTokenWithoutSignatureIsRefused() {
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(new PlainJWT(claims().build()).serialize()));
        String minted = tokens.mint(token).value();
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(minted.substring(0, minted.lastIndexOf('.') + 1)));
    }

    /** The same key id, but not the same key. */
    @Test
    void aTokenThatAnotherKeySignedIsRefused() {
        assertRefused(Reason.TOKEN_SIGNATURE_WRONG, () -> verify(signed(claims(), header().build(), STRANGERS_KEY)));
    }

    @Test
    void anUnknownKeyIdAndNoneAreRefused() {
        assertRefused(
                Reason.TOKEN_SIGNATURE_WRONG,
                () -> verify(signed(claims(), header().keyID("other").build(), KEY)));
        assertRefused(
                Reason.TOKEN_SIGNATURE_WRONG,
                () -> verify(signed(claims(), header().keyID(null).build(), KEY)));
    }

    /** A key that comes with the token is the attacker's. */
    @Test
    void aKeyInTheHeaderIsNotBelieved() {
        JWSHeader header = header().jwk(STRANGERS_KEY.toPublicJWK()).build();

        assertRefused(Reason.TOKEN_SIGNATURE_WRONG, () -> verify(signed(claims(), header, STRANGERS_KEY)));
    }

    @Test
    void aTokenOfAnotherTypeIsRefused() {
        for (String type : List.of("JWT", "id+jwt", "logout+jwt", "AT")) {
            JWSHeader header = header().type(new JOSEObjectType(type)).build();
            assertRefused(Reason.TOKEN_MALFORMED, () -> verify(signed(claims(), header, KEY)));
        }
        assertRefused(
                Reason.TOKEN_MALFORMED,
                () -> verify(signed(claims(), header().type(null).build(), KEY)));
    }

    /** The public key, which everyone knows, as a shared secret. */
    @Test
    void aTokenThatIsSignedWithThePublicKeyAsASecretIsRefused() throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.HS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("ours")
                .build();
        SignedJWT jwt = new SignedJWT(header, claims().build());
        jwt.sign(new MACSigner(KEY.toRSAPublicKey().getEncoded()));

        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(jwt.serialize()));
    }

    @Test
    void anotherAlgorithmOfTheSameKeyIsRefused() {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.PS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("ours")
                .build();

        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(signed(claims(), header, KEY)));
    }

    @Test
    void aCriticalHeaderThatNobodyKnowsIsRefused() {
        JWSHeader header = header().criticalParams(Set.of("unknown"))
                .customParam("unknown", "x")
                .build();

        assertRefused(Reason.TOKEN_SIGNATURE_WRONG, () -> verify(signed(claims(), header, KEY)));
    }

    @Test
    void aTokenThatWasAlteredIsRefused() {
        String[] parts = tokens.mint(token).value().split("\\.");
        String others = tokens.mint(new AccessToken(
                        "00ubob",
                        "client",
                        Samples.RESOURCE,
                        Scopes.offered(),
                        "grant",
                        "id",
                        token.expiresAt(),
                        Optional.empty()))
                .value()
                .split("\\.")[1];

        assertRefused(Reason.TOKEN_SIGNATURE_WRONG, () -> verify(parts[0] + "." + others + "." + parts[2]));
    }

    /** {@code bnVsbA} is {@code null}, {@code W10} is {@code []}. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "..",
                "...",
                "....",
                "a.b.c",
                "bnVsbA.bnVsbA.bnVsbA",
                "W10.W10.W10",
                "e30.e30.e30",
                "eyJhbGciOm51bGx9.e30.e30",
                "eyJhbGciOjF9.e30.e30",
                "eyJhbGciOiIifQ.e30.e30",
                "eyJhbGciOiJub25lIn0.e30.e30",
                "\u0000",
                "not a token"
            })
    void anythingElseIsRefusedAndDoesNotFail(String text) {
        assertRefused(Reason.TOKEN_MALFORMED, () -> verify(text));
    }

    private AccessToken verify(String text) {
        return tokens.verify(new Secret(text), Samples.RESOURCE);
    }

    private JWTClaimsSet.Builder claims() {
        Instant now = clock.instant();
        return new JWTClaimsSet.Builder()
                .issuer(Samples.ISSUER)
                .subject("00ualice")
                .audience(Samples.RESOURCE)
                .issueTime(Date.from(now))
                .expirationTime(Date.from(now.plusSeconds(600)))
                .jwtID("id")
                .claim("client_id", "client")
                .claim("scope", "mcp")
                .claim("grant_id", "grant");
    }

    private static JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType("at+jwt"))
                .keyID("ours");
    }

    private static String signed(JWTClaimsSet.Builder claims) {
        return signed(claims, header().build(), KEY);
    }

    private static String signed(JWTClaimsSet.Builder claims, JWSHeader header, RSAKey key) {
        SignedJWT jwt = new SignedJWT(header, claims.build());
        try {
            jwt.sign(new RSASSASigner(key));
        } catch (JOSEException e) {
            throw new AssertionError(e);
        }
        return jwt.serialize();
    }
}
