package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.PlainHeader;
import com.nimbusds.jose.PlainObject;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.oauth2.sdk.Scope;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.Settings;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** What is taken for Okta's word, and what is not. */
class OktaIdentityAssertionsTest {

    private static final URI ORG = URI.create("https://acme.okta.com");
    private static final String TYPE = "oauth-id-jag+jwt";
    private static final String CLIENT = "agent";
    private static final String THUMBPRINT = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";
    private static final RSAKey KEY = rsa("one");
    private static final ECKey ELLIPTIC = elliptic();

    private final SettableClock clock = new SettableClock();
    private final AtomicInteger keysAsked = new AtomicInteger();
    private final Map<String, Object> claims = new HashMap<>();
    private final Instant now = clock.instant();

    OktaIdentityAssertionsTest() {
        claims.put("jti", "IDJ.1");
        claims.put("iss", ORG.toString());
        claims.put("sub", "00ualice");
        claims.put("aud", Samples.ISSUER);
        claims.put("client_id", CLIENT);
        claims.put("resource", Samples.RESOURCE);
        claims.put("iat", now.getEpochSecond());
        claims.put("exp", now.plusSeconds(300).getEpochSecond());
    }

    @Test
    void itSaysWhoMayBeActedForWhereAndHowTheySignedOn() {
        claims.put("scope", "mcp files.write");
        claims.put("email", "alice@example.com");
        claims.put("name", "Alice");
        claims.put("groups", List.of("engineering"));
        claims.put("auth_time", 1_700_000_000);
        claims.put("acr", "phr");
        claims.put("cnf", Map.of("jkt", THUMBPRINT));

        IdentityAssertion assertion = verified();

        assertThat(assertion.user())
                .isEqualTo(new User(
                        "https://acme.okta.com", "00ualice", "Alice", "alice@example.com", Set.of("engineering")));
        assertThat(assertion.resources()).containsExactly(Samples.RESOURCE);
        assertThat(assertion.scope()).contains(new Scope("mcp", "files.write"));
        assertThat(assertion.keyThumbprint()).contains(THUMBPRINT);
        assertThat(assertion.authentication())
                .isEqualTo(
                        new AuthenticationEvent(Optional.of(Instant.ofEpochSecond(1_700_000_000)), Optional.of("phr")));
        assertThat(assertion.hash()).isEqualTo(new Secret("https://acme.okta.com IDJ.1").hash());
        assertThat(assertion.endsAt())
                .isEqualTo(Instant.ofEpochSecond(now.plusSeconds(420).getEpochSecond()));
    }

    @Test
    void whatItDoesNotSayIsNotKnown() {
        IdentityAssertion assertion = verified();

        assertThat(assertion.user()).isEqualTo(new User("https://acme.okta.com", "00ualice", null, null, Set.of()));
        assertThat(assertion.scope()).isEmpty();
        assertThat(assertion.keyThumbprint()).isEmpty();
        assertThat(assertion.authentication()).isEqualTo(AuthenticationEvent.UNKNOWN);
    }

    /** Okta gives ID-JAGs at the org server alone, and people are the same there as where they sign on. */
    @Test
    void aUserOfACustomServerIsTheSameInTheOrgsWord() {
        Settings settings = Samples.withOkta(Samples.settings(), URI.create("https://acme.okta.com/oauth2/default"));

        assertThat(verifier(settings).verify(signed(), CLIENT).user().organization())
                .isEqualTo("https://acme.okta.com");
    }

    @Test
    void severalResourcesAndAnAudienceInAListAreTaken() {
        claims.put("resource", List.of(Samples.RESOURCE, "https://other.example"));
        claims.put("aud", List.of(Samples.ISSUER));

        assertThat(verified().resources()).containsExactly(Samples.RESOURCE, "https://other.example");
    }

    /** The attack: a token of another kind that the org signed with the same keys, such as an ID token (RFC 8725 3.11). */
    @ParameterizedTest
    @ValueSource(
            strings = {"JWT", "at+jwt", "global-token-revocation+jwt", "oauth-id-jag", "application/oauth-id-jag+jwt"})
    void anotherTypeIsRefused(String type) {
        assertRefused(Reason.ID_JAG_MALFORMED, () -> verify(sign(JWSAlgorithm.RS256, type, KEY, signer(KEY))));
    }

    @Test
    void oneWithoutATypeIsRefused() {
        assertRefused(Reason.ID_JAG_MALFORMED, () -> verify(sign(JWSAlgorithm.RS256, null, KEY, signer(KEY))));
    }

    /** The attack: another issuer, whose keys may even be found. */
    @ParameterizedTest
    @ValueSource(strings = {"https://evil.okta.com", "https://acme.okta.com/", "https://acme.okta.com/oauth2/default"})
    void anotherIssuerIsRefusedBeforeItsKeysAreAskedFor(String issuer) {
        claims.put("iss", issuer);

        assertRefused(Reason.ID_JAG_ISSUER_WRONG, this::verified);
        assertThat(keysAsked).hasValue(0);
    }

    /** The attack: one that is for another server, which that hands on, or one for two. */
    @Test
    void anotherAudienceIsRefusedAndSoIsOneMore() {
        for (Object audience : List.of(
                "https://other.example",
                Samples.ISSUER + "/",
                Samples.RESOURCE,
                Samples.ISSUER + "/oauth2/v1/token",
                List.of(),
                List.of(Samples.ISSUER, "https://other.example"))) {
            claims.put("aud", audience);
            assertRefused(Reason.ID_JAG_AUDIENCE_WRONG, this::verified);
        }
        claims.remove("aud");
        assertRefused(Reason.ID_JAG_AUDIENCE_WRONG, this::verified);
    }

    /** The attack: an assertion that was come by, brought by another client. */
    @Test
    void anotherClientsIsRefused() {
        assertRefused(Reason.ID_JAG_OF_OTHER_CLIENT, () -> verifier().verify(signed(), "another"));
        claims.put("client_id", List.of(CLIENT));
        assertRefused(Reason.ID_JAG_OF_OTHER_CLIENT, this::verified);
        claims.remove("client_id");
        assertRefused(Reason.ID_JAG_OF_OTHER_CLIENT, this::verified);
    }

    @Test
    void itEndsTwoMinutesAfterItsExpiry() {
        clock.advance(Duration.ofSeconds(419));
        assertThat(verified()).isNotNull();

        clock.advance(Duration.ofSeconds(1));
        assertRefused(Reason.ID_JAG_EXPIRED, this::verified);
    }

    @ParameterizedTest
    @ValueSource(strings = {"iat", "nbf"})
    void whatIsNotYetIsRefused(String claim) {
        claims.put("exp", now.plusSeconds(600).getEpochSecond());
        claims.put(claim, now.plusSeconds(119).getEpochSecond());
        assertThat(verified()).isNotNull();

        claims.put(claim, now.plusSeconds(122).getEpochSecond());
        assertRefused(Reason.ID_JAG_TIME_WRONG, this::verified);
    }

    /** RFC 7523 3 (4): it would have to be remembered for long, and would outlive what Okta allowed. */
    @Test
    void oneThatLivesLongerThanAnHourIsRefused() {
        claims.put("exp", now.plusSeconds(3600).getEpochSecond());
        assertThat(verified()).isNotNull();

        claims.put("exp", now.plusSeconds(3601).getEpochSecond());
        assertRefused(Reason.ID_JAG_TIME_WRONG, this::verified);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sub", "jti", "iat", "exp", "resource"})
    void whatMustBeThereIs(String claim) {
        claims.remove(claim);

        assertRefused(Reason.ID_JAG_MALFORMED, this::verified);
    }

    @Test
    void whatIsThereIsOfItsKind() {
        Map<String, List<Object>> wrong = Map.of(
                "sub", List.of("", " ", "x".repeat(256)),
                "jti", List.of("", "x".repeat(256)),
                "resource",
                        List.of(
                                7,
                                List.of(),
                                List.of(7),
                                Map.of("a", "b"),
                                IntStream.range(0, 101)
                                        .mapToObj(i -> "https://r.example/" + i)
                                        .toList()),
                "scope", List.of(7, List.of("mcp")),
                "exp", List.of("soon", now.getEpochSecond()),
                "iat", List.of("now"),
                "aud", List.of(7, Map.of("a", "b")));
        wrong.forEach((claim, values) -> values.forEach(value -> {
            Object right = claims.put(claim, value);
            assertThat(refusal()).as(claim + " " + value).isIn(Reason.ID_JAG_MALFORMED, Reason.ID_JAG_AUDIENCE_WRONG);
            if (right == null) {
                claims.remove(claim);
            } else {
                claims.put(claim, right);
            }
        }));
        assertThat(verified()).isNotNull();
    }

    /** The attack: what Okta narrowed is taken for the whole. */
    @ParameterizedTest
    @ValueSource(strings = {"tenant", "aud_tenant", "act", "authorization_details"})
    void whatNarrowsItAndIsNotUnderstoodIsRefused(String claim) {
        claims.put(claim, List.of(Map.of("type", "chat_read")));

        assertRefused(Reason.ID_JAG_CLAIM_UNSUPPORTED, this::verified);
    }

    /** The attack: one that is bound to a key in a way that nobody looks at. */
    @Test
    void aKeyThatCannotBeAskedForIsRefused() {
        for (Object confirmation : List.of(
                "text",
                Map.of(),
                Map.of("x5t#S256", THUMBPRINT),
                Map.of("jkt", 7),
                Map.of("jkt", "short"),
                Map.of("jkt", THUMBPRINT, "x5t#S256", THUMBPRINT))) {
            claims.put("cnf", confirmation);
            assertRefused(Reason.ID_JAG_CLAIM_UNSUPPORTED, this::verified);
        }
    }

    @Test
    void anotherKeyIsRefusedWhateverItsName() {
        assertRefused(
                Reason.ID_JAG_SIGNATURE_WRONG,
                () -> verify(sign(JWSAlgorithm.RS256, TYPE, rsa("one"), signer(rsa("one")))));
        assertRefused(
                Reason.ID_JAG_SIGNATURE_WRONG,
                () -> verify(sign(JWSAlgorithm.RS256, TYPE, rsa("unknown"), signer(rsa("unknown")))));
    }

    @Test
    void whatWasAlteredIsRefused() {
        String[] parts = signed().value().split("[.]");
        claims.put("sub", "00umallory");
        String altered = signed().value().split("[.]")[1];

        assertRefused(Reason.ID_JAG_SIGNATURE_WRONG, () -> verify(parts[0] + "." + altered + "." + parts[2]));
    }

    /** The attack: the public key, which everybody knows, as a secret; and no signature at all. */
    @Test
    void symmetricAlgorithmsAndNoneAreRefused() throws JOSEException {
        byte[] everybodyKnows = KEY.toRSAPublicKey().getEncoded();

        assertRefused(
                Reason.ID_JAG_SIGNATURE_WRONG,
                () -> verify(sign(JWSAlgorithm.HS256, TYPE, KEY, new MACSigner(everybodyKnows))));
        PlainHeader header =
                new PlainHeader.Builder().type(new JOSEObjectType(TYPE)).build();
        assertRefused(Reason.ID_JAG_MALFORMED, () -> verify(new PlainObject(header, new Payload(claims)).serialize()));
    }

    @ParameterizedTest
    @CsvSource({"RS256", "RS512", "PS256"})
    void itMayBeSignedInWhateverWayTheOrgDoesWithAKeyPair(String algorithm) {
        assertThat(verifier().verify(new Secret(sign(new JWSAlgorithm(algorithm), TYPE, KEY, signer(KEY))), CLIENT))
                .isNotNull();
    }

    @Test
    void anEllipticKeyIsTaken() throws JOSEException {
        assertThat(verifier()
                        .verify(
                                new Secret(sign(JWSAlgorithm.ES256, TYPE, ELLIPTIC, new ECDSASigner(ELLIPTIC))),
                                CLIENT))
                .isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"anything", "a.b.c", "bnVsbA.e30.x", "e30.e30.x", "eyJhbGciOiJub25lIn0.e30."})
    void whatIsNoJwtIsRefused(String text) {
        assertRefused(Reason.ID_JAG_MALFORMED, () -> verify(text));
    }

    @Test
    void oneThatIsVeryLongIsRefused() {
        claims.put(
                "groups", IntStream.range(0, 2_000).mapToObj(i -> "group " + i).toList());

        assertRefused(Reason.ID_JAG_MALFORMED, this::verified);
    }

    /** Whether it is good cannot be told just now; that must not seem to be a bad one. */
    @Test
    void anOutageIsNoRefusal() {
        OktaIdentityAssertions lost = new OktaIdentityAssertions(
                Samples.settings(),
                issuer((selector, context) -> {
                    throw Rejection.of(Reason.OKTA_UNAVAILABLE);
                }),
                clock);

        assertRefused(Reason.OKTA_UNAVAILABLE, () -> lost.verify(signed(), CLIENT));
    }

    private Reason refusal() {
        try {
            verified();
            return null;
        } catch (Rejection rejection) {
            return rejection.reason();
        }
    }

    private IdentityAssertion verified() {
        return verifier().verify(signed(), CLIENT);
    }

    private void verify(String assertion) {
        verifier().verify(new Secret(assertion), CLIENT);
    }

    private OktaIdentityAssertions verifier() {
        return verifier(Samples.settings());
    }

    private OktaIdentityAssertions verifier(Settings settings) {
        JWKSet published = new JWKSet(List.<JWK>of(KEY.toPublicJWK(), ELLIPTIC.toPublicJWK()));
        return new OktaIdentityAssertions(
                settings,
                issuer((selector, context) -> {
                    keysAsked.incrementAndGet();
                    return selector.select(published);
                }),
                clock);
    }

    private static AssertionIssuer issuer(JWKSource<SecurityContext> keys) {
        return new AssertionIssuer() {
            @Override
            public URI issuer() {
                return ORG;
            }

            @Override
            public JWKSource<SecurityContext> keys() {
                return keys;
            }
        };
    }

    private Secret signed() {
        return new Secret(sign(JWSAlgorithm.RS256, TYPE, KEY, signer(KEY)));
    }

    private String sign(JWSAlgorithm algorithm, String type, JWK key, JWSSigner signer) {
        try {
            JWSHeader header = new JWSHeader.Builder(algorithm)
                    .keyID(key.getKeyID())
                    .type(type == null ? null : new JOSEObjectType(type))
                    .build();
            JWSObject jws = new JWSObject(header, new Payload(claims));
            jws.sign(signer);
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JWSSigner signer(RSAKey key) {
        try {
            return new RSASSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey elliptic() {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID("elliptic").generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
