package org.mcpproxy.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.FixedKeys;
import org.mcpproxy.fixture.KnownClients;
import org.mcpproxy.fixture.KnownDocuments;
import org.mcpproxy.fixture.RememberedAssertions;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.OpenIdToken;

/** RFC 7523 3, attacked. */
class ClientAssertionsTest {

    private static final String ID = "https://app.example/client.json";
    private static final RSAKey RSA = rsa();
    private static final ECKey EC = ec();

    private final SettableClock clock = new SettableClock();
    private final RememberedAssertions used = new RememberedAssertions();
    private final Client client = client(new JWKSet(List.of(RSA.toPublicJWK(), EC.toPublicJWK())));
    private final KnownDocuments documents = new KnownDocuments(client);
    private final ClientAuthenticator authenticator = new ClientAuthenticator(
            new ClientLookup(new KnownClients(Samples.client("registered")), id -> Optional.empty(), documents),
            new ClientAssertions(documents, used, Samples.settings(), clock));

    @Test
    void aSignedAssertionAuthenticatesWithEachAlgorithmThatIsOffered() throws Exception {
        assertThat(authenticate(signed(JWSAlgorithm.RS256, "1"))).isEqualTo(client);
        assertThat(authenticate(signed(JWSAlgorithm.PS256, "2"))).isEqualTo(client);
        assertThat(authenticate(signed(JWSAlgorithm.ES256, "3"))).isEqualTo(client);
    }

    @Test
    void anAssertionIsTakenOnce() throws Exception {
        String assertion = signed(JWSAlgorithm.ES256, "once");
        authenticate(assertion);

        assertRefused(Reason.CLIENT_ASSERTION_REPLAYED, () -> authenticate(assertion));
        // signed anew, under the same name
        assertRefused(Reason.CLIENT_ASSERTION_REPLAYED, () -> authenticate(signed(JWSAlgorithm.RS256, "once")));
    }

    @Test
    void itIsRememberedForAsLongAsItWouldBeTaken() throws Exception {
        String assertion = signed(JWSAlgorithm.ES256, "long");
        authenticate(assertion);

        clock.advance(Duration.ofMinutes(5).plusSeconds(59));
        used.forgetExpired(clock.instant());
        assertRefused(Reason.CLIENT_ASSERTION_REPLAYED, () -> authenticate(assertion));
        clock.advance(Duration.ofSeconds(1));
        assertInvalid(assertion);
    }

    /** The attack: to use up the names that another client gives its assertions. */
    @Test
    void whatOneClientUsedIsNotUsedUpForAnother() throws Exception {
        ClientAssertions assertions = new ClientAssertions(documents, used, Samples.settings(), clock);
        authenticate(signed(JWSAlgorithm.ES256, "1"));

        assertions.require(
                client("another", new JWKSet(RSA.toPublicJWK())),
                ClientAssertions.parse(
                        signed(claims("1").issuer("another").subject("another").build())));
        assertThat(used.count()).isEqualTo(2);
    }

    /** The attack: what the client's key has signed for something else. */
    @Test
    void anotherKindOfTokenIsNoAssertion() throws Exception {
        for (String type : List.of("at+jwt", "dpop+jwt", "oauth-authz-req+jwt", "logout+jwt")) {
            assertInvalid(typed(type));
        }
        assertThat(used.count()).isZero();
        assertThat(authenticate(typed("JWT"))).isEqualTo(client);
        assertThat(authenticate(typed("client-authentication+jwt"))).isEqualTo(client);
    }

    private String typed(String type) throws JOSEException {
        JWSHeader header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                .type(new JOSEObjectType(type))
                .build();
        SignedJWT jwt = new SignedJWT(header, claims(type).build());
        jwt.sign(new RSASSASigner(RSA));
        return jwt.serialize();
    }

    /** Anybody may publish a document, and keys. */
    @Test
    void strangersCannotLeaveNoRoomForTheOthers() throws Exception {
        Client known = client("registered", new JWKSet(RSA.toPublicJWK()));
        ClientAssertions assertions = new ClientAssertions(documents, used, Samples.settings(), clock);
        used.fill();

        assertRefused(Reason.SERVER_FULL, () -> authenticate(signed(JWSAlgorithm.ES256, "full")));
        assertions.require(
                known,
                ClientAssertions.parse(signed(claims("known")
                        .issuer("registered")
                        .subject("registered")
                        .build())));
    }

    @Test
    void keysThatAnybodyCanBreakAreNotTaken() throws Exception {
        RSAKey weak = new RSAKey.Builder((RSAPublicKey) weakKeys().getPublic()).build();

        assertThat(ClientKeys.areUsable(new JWKSet(weak))).isFalse();
        assertThat(ClientKeys.areUsable(new JWKSet(RSA.toPublicJWK()))).isTrue();
    }

    @Test
    void aClientThatChangedItsKeysIsKnownByTheNewOnes() throws Exception {
        RSAKey next = rsa();
        ClientAssertions assertions = new ClientAssertions(
                new Changing(client, new JWKSet(RSA.toPublicJWK()), new JWKSet(next.toPublicJWK())),
                used,
                Samples.settings(),
                clock);

        assertions.require(
                client,
                ClientAssertions.parse(signed(JWSAlgorithm.RS256, claims("next").build(), new RSASSASigner(next))));
        assertRefused(
                Reason.CLIENT_ASSERTION_INVALID,
                () -> assertions.require(
                        client,
                        ClientAssertions.parse(
                                signed(JWSAlgorithm.RS256, claims("stranger").build(), new RSASSASigner(rsa())))));
    }

    private static KeyPair weakKeys() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);
        return generator.generateKeyPair();
    }

    @Test
    void otherAlgorithmsAreRefused() throws Exception {
        JWTClaimsSet claims = claims("alg").build();
        // the public key as if it were a shared secret
        byte[] shared = RSA.toPublicJWK().toRSAPublicKey().getEncoded();

        assertInvalid(new PlainJWT(claims).serialize());
        assertInvalid(signed(JWSAlgorithm.HS256, claims, new MACSigner(shared)));
        assertInvalid(signed(JWSAlgorithm.RS512, claims, new RSASSASigner(RSA)));
    }

    @Test
    void anotherKeyIsRefused() throws Exception {
        assertInvalid(signed(JWSAlgorithm.RS256, claims("key").build(), new RSASSASigner(rsa())));
    }

    @Test
    void anotherIssuerSubjectOrAudienceIsRefused() throws Exception {
        assertChangedIsInvalid(claims -> claims.issuer("https://other.example/client.json"));
        assertChangedIsInvalid(claims -> claims.issuer(null));
        assertChangedIsInvalid(claims -> claims.audience("https://other.example"));
        assertChangedIsInvalid(claims -> claims.audience(List.of(Samples.ISSUER, "https://other.example")));
        assertChangedIsInvalid(claims -> claims.audience((String) null));
        assertChangedIsInvalid(claims -> claims.jwtID(null));
        assertChangedIsInvalid(claims -> claims.jwtID(" "));
        assertChangedIsInvalid(claims -> claims.jwtID("a".repeat(256)));
        String otherSubject = signed(claims("sub").subject("registered").build());
        assertInvalid(otherSubject);
        ClientAssertions assertions = new ClientAssertions(documents, used, Samples.settings(), clock);
        assertRefused(
                Reason.CLIENT_ASSERTION_INVALID,
                () -> assertions.require(client, ClientAssertions.parse(otherSubject)));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticator.authenticate(null, parameters(otherSubject, "registered")));
    }

    /** RFC 7523 3 (10). The attack: JSON that is no object where the parser expects one, which ended in its own error. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "bnVsbA.e30.AAAA",
                "W10.e30.AAAA",
                "MQ.e30.AAAA",
                "e30.e30.AAAA",
                "eyJhbGciOm51bGx9.e30.AAAA",
                "..",
                "a.b",
                "a.b.c.d.e",
                "%"
            })
    void whatIsNoSignedTokenIsNoAssertion(String assertion) {
        assertInvalid(assertion);
        assertRefused(Reason.CLIENT_ASSERTION_INVALID, () -> authenticate(assertion));
    }

    @Test
    void anAudienceOfNobodyIsRefused() throws Exception {
        Map<String, Object> claims = new HashMap<>(claims("null").build().toJSONObject());
        claims.put("aud", Arrays.asList((Object) null));
        JWSObject assertion = new JWSObject(new JWSHeader(JWSAlgorithm.RS256), new Payload(claims));
        assertion.sign(new RSASSASigner(RSA));
        assertThat(assertion.getPayload().toString()).contains("\"aud\":[null]");

        assertInvalid(assertion.serialize());
    }

    @Test
    void timesAreKeptTo() throws Exception {
        assertChangedIsInvalid(claims -> claims.expirationTime(null));
        assertChangedIsInvalid(claims -> claims.expirationTime(in(Duration.ofSeconds(-60))));
        assertChangedIsInvalid(claims -> claims.expirationTime(in(Duration.ofMinutes(12))));
        assertChangedIsInvalid(claims -> claims.notBeforeTime(in(Duration.ofMinutes(2))));
        assertChangedIsInvalid(claims -> claims.issueTime(in(Duration.ofMinutes(2))));
    }

    /** As the same words mean at other servers, whose assertions must not serve here. */
    @Test
    void everyAudienceThatTheRfcNamesIsTaken() throws Exception {
        for (String endpoint : List.of("/oauth2/v1/token", "/oauth2/v1/par")) {
            String audience = Samples.ISSUER + endpoint;

            assertThat(authenticate(signed(claims(endpoint).audience(audience).build())))
                    .isEqualTo(client);
        }
    }

    /** The attack: a client's document publishes our own key, and whoever has an ID token of it authenticates as it. */
    @Test
    void anIdTokenOfOursIsNoAssertion() {
        Client impostor = client(new FixedKeys().published());
        ClientAssertions assertions =
                new ClientAssertions(new KnownDocuments(impostor), used, Samples.settings(), clock);
        Secret idToken = Samples.idTokens()
                .mint(new OpenIdToken(
                        ID,
                        ID,
                        Optional.empty(),
                        AuthenticationEvent.UNKNOWN,
                        new Secret("an access token"),
                        clock.instant().plusSeconds(60)));

        assertRefused(
                Reason.CLIENT_ASSERTION_INVALID,
                () -> assertions.require(impostor, ClientAssertions.parse(idToken.value())));
    }

    @Test
    void theClientMustAuthenticateAndInThisWay() throws Exception {
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_MISSING,
                () -> authenticator.authenticate(null, Samples.parameters("client_id", ID)));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticator.authenticate(
                        null, Samples.parameters("client_id", ID, "client_secret", "hunter2")));
        assertRefused(
                Reason.CLIENT_AUTHENTICATION_METHOD,
                () -> authenticate(signed(
                        claims("reg").issuer("registered").subject("registered").build())));
    }

    @Test
    void twoWaysAtOnceAreRefused() throws Exception {
        String assertion = signed(claims("two").build());

        assertRefused(
                Reason.MALFORMED_REQUEST, () -> authenticator.authenticate("Basic YTpi", parameters(assertion, ID)));
        assertRefused(
                Reason.MALFORMED_REQUEST,
                () -> authenticator.authenticate(
                        null,
                        Samples.parameters(
                                "client_assertion", assertion, "client_assertion_type", "urn:other", "client_id", ID)));
        assertRefused(
                Reason.MALFORMED_REQUEST,
                () -> authenticator.authenticate(
                        null, Samples.with(parameters(assertion, ID), "client_secret", "hunter2")));
    }

    private void assertChangedIsInvalid(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
        assertInvalid(signed(change.apply(claims("changed")).build()));
        assertThat(used.count()).isZero();
    }

    private void assertInvalid(String assertion) {
        assertRefused(
                Reason.CLIENT_ASSERTION_INVALID, () -> authenticator.authenticate(null, parameters(assertion, ID)));
    }

    private Client authenticate(String assertion) {
        return authenticator.authenticate(
                null,
                Samples.parameters(
                        "client_assertion",
                        assertion,
                        "client_assertion_type",
                        "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
    }

    private static Parameters parameters(String assertion, String clientId) {
        return Samples.parameters(
                "client_assertion",
                assertion,
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                "client_id",
                clientId);
    }

    private JWTClaimsSet.Builder claims(String id) {
        return new JWTClaimsSet.Builder()
                .issuer(ID)
                .subject(ID)
                .audience(Samples.ISSUER)
                .jwtID(id)
                .expirationTime(in(Duration.ofMinutes(5)));
    }

    private Date in(Duration time) {
        return Date.from(clock.instant().plus(time));
    }

    private String signed(JWSAlgorithm algorithm, String id) throws JOSEException {
        return signed(
                algorithm,
                claims(id).build(),
                JWSAlgorithm.ES256.equals(algorithm) ? new ECDSASigner(EC) : new RSASSASigner(RSA));
    }

    private static String signed(JWTClaimsSet claims) throws JOSEException {
        return signed(JWSAlgorithm.RS256, claims, new RSASSASigner(RSA));
    }

    private static String signed(JWSAlgorithm algorithm, JWTClaimsSet claims, JWSSigner signer) throws JOSEException {
        SignedJWT jwt = new SignedJWT(new JWSHeader(algorithm), claims);
        jwt.sign(signer);
        return jwt.serialize();
    }

    private static Client client(JWKSet keys) {
        return client(ID, keys);
    }

    private static Client client(String id, JWKSet keys) {
        Client plain = Samples.client(id);
        return new Client(
                id,
                plain.name(),
                plain.redirectUris(),
                ClientAuthenticationMethod.PRIVATE_KEY_JWT,
                Optional.empty(),
                plain.grantTypes(),
                plain.scope(),
                plain.registeredAt(),
                Optional.empty(),
                Optional.of(new ClientKeys(Optional.of(keys), Optional.empty())));
    }

    /** A client whose keys are others where they are fetched anew. */
    private record Changing(Client client, JWKSet atHand, JWKSet anew) implements ClientDocuments {

        @Override
        public Client current(String clientId) {
            return client;
        }

        @Override
        public Client lastGood(String clientId) {
            return client;
        }

        @Override
        public boolean isNew(String clientId) {
            return false;
        }

        @Override
        public Optional<JWKSet> keys(Client known, boolean fetched) {
            return Optional.of(fetched ? anew : atHand);
        }
    }

    private static RSAKey rsa() {
        try {
            return new RSAKeyGenerator(2048).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static ECKey ec() {
        try {
            return new ECKeyGenerator(Curve.P_256).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }
}
