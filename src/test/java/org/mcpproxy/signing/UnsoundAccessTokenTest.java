package org.mcpproxy.signing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.net.URI;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.AddressLimits;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.config.Lifetimes;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** What makes a token unsound although our own key signed it, which no request can try. */
class UnsoundAccessTokenTest {

    private static final String ISSUER = "https://mcp.example";
    private static final String RESOURCE = "https://mcp.example/mcp";
    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private final RSAKey key = newKey();
    private final AccessTokens tokens = new AccessTokens(settings(), new OneKey(key), Clock.fixed(NOW, ZoneOffset.UTC));
    private final JWTClaimsSet sound = new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .subject("user")
            .audience(RESOURCE)
            .expirationTime(Date.from(NOW.plusSeconds(60)))
            .jwtID("id")
            .claim("client_id", "client")
            .claim("scope", "mcp")
            .claim("grant_id", "grant")
            .build();

    @Test
    void aSoundTokenIsAccepted() {
        assertThat(tokens.verify(new Secret(signed(sound)), RESOURCE).grantId()).isEqualTo("grant");
    }

    @ParameterizedTest
    @ValueSource(strings = {"exp", "sub", "client_id", "scope", "grant_id", "jti"})
    void aTokenThatLacksAClaimIsRefused(String claim) {
        assertThat(refusal(signed(with(claim, null)))).isEqualTo(Reason.TOKEN_MALFORMED);
    }

    @Test
    void aTokenIsExpiredFromTheSecondThatItNames() {
        assertThat(refusal(signed(with("exp", Date.from(NOW))))).isEqualTo(Reason.TOKEN_EXPIRED);
    }

    @Test
    void aTokenOfAnotherIssuerIsRefused() {
        for (String issuer : new String[] {null, "https://mcp.example/", "https://mcp.example.evil.example"}) {
            assertThat(refusal(signed(with("iss", issuer)))).isEqualTo(Reason.TOKEN_ISSUER_WRONG);
        }
    }

    @Test
    void aTokenOfAnotherOrOfSeveralAudiencesIsRefused() {
        for (Object audience : List.of("https://mcp.example/okta/mcp", List.of(), List.of(RESOURCE, "other"))) {
            assertThat(refusal(signed(with("aud", audience)))).isEqualTo(Reason.TOKEN_AUDIENCE_WRONG);
        }
    }

    @Test
    void aJwtOfAnotherTypeIsRefused() {
        for (String type : new String[] {"JWT", "oauth-id-jag+jwt"}) {
            assertThat(refusal(signed(type, JWSAlgorithm.RS256, rsa(), sound))).isEqualTo(Reason.TOKEN_MALFORMED);
        }
    }

    @Test
    void anAlgorithmThatIsNotOursIsRefused() throws JOSEException {
        assertThat(refusal(new PlainJWT(sound).serialize())).isEqualTo(Reason.TOKEN_MALFORMED);
        assertThat(refusal(signed("at+jwt", JWSAlgorithm.RS512, rsa(), sound))).isEqualTo(Reason.TOKEN_MALFORMED);
        MACSigner withPublicKey = new MACSigner(key.toRSAPublicKey().getEncoded());
        assertThat(refusal(signed("at+jwt", JWSAlgorithm.HS256, withPublicKey, sound)))
                .isEqualTo(Reason.TOKEN_MALFORMED);
    }

    private Reason refusal(String token) {
        return catchThrowableOfType(Rejection.class, () -> tokens.verify(new Secret(token), RESOURCE))
                .reason();
    }

    private JWTClaimsSet with(String claim, Object value) {
        return new JWTClaimsSet.Builder(sound).claim(claim, value).build();
    }

    private String signed(JWTClaimsSet claims) {
        return signed("at+jwt", JWSAlgorithm.RS256, rsa(), claims);
    }

    private String signed(String type, JWSAlgorithm algorithm, JWSSigner signer, JWTClaimsSet claims) {
        JWSHeader header = new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType(type))
                .keyID("k")
                .build();
        SignedJWT jwt = new SignedJWT(header, claims);
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwt.serialize();
    }

    private RSASSASigner rsa() {
        try {
            return new RSASSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey newKey() {
        try {
            return new RSAKeyGenerator(2048).keyID("k").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Settings settings() {
        return new Settings(
                URI.create(ISSUER),
                3001,
                Set.of(),
                Set.of(),
                new CorsOrigins(false, Set.of()),
                null,
                new Backend(URI.create("http://localhost:1/mcp")),
                null,
                Lifetimes.standard(),
                AddressLimits.standard());
    }

    private record OneKey(RSAKey current) implements SigningKeys {

        @Override
        public Optional<RSAKey> find(String keyId) {
            return Optional.of(current).filter(known -> known.getKeyID().equals(keyId));
        }

        @Override
        public JWKSet published() {
            return new JWKSet(current.toPublicJWK());
        }
    }
}
