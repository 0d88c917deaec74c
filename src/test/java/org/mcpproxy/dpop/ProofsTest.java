package org.mcpproxy.dpop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mcpproxy.fixture.Refusals.assertRefused;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.factories.DefaultJWSSignerFactory;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.RSAKeyGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.ProofKey;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.fixture.SettableClock;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** RFC 9449 4.2 and 4.3: each of the twelve checks is attacked, from a proof that is good but for one thing. */
class ProofsTest {

    private static final URI TOKEN = URI.create(Samples.ISSUER + "/oauth2/v1/token");
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private final SettableClock clock = new SettableClock();
    private final ProofNonces nonces = new ProofNonces(Samples.settings(), clock);
    private final Proofs proofs = new Proofs(nonces, clock);
    private final ProofKey holder = new ProofKey();
    private final ECKey key = (ECKey) holder.key;

    @Test
    void aProofOfALibraryIsGoodAndNamesItsKey() {
        Proof proof = verify(holder.proof("POST", TOKEN, clock.instant(), nonces.current()));

        assertThat(proof.keyThumbprint()).isEqualTo(holder.thumbprint());
        assertThat(proof.endsAt()).isAfter(clock.instant());
    }

    @ParameterizedTest
    @ValueSource(strings = {"PS256", "RS256"})
    void aProofByRsaIsGoodToo(String algorithm) throws JOSEException {
        ProofKey rsa = new ProofKey(new RSAKeyGenerator(2048).generate(), JWSAlgorithm.parse(algorithm));

        assertThat(verify(rsa.proof("POST", TOKEN, clock.instant(), nonces.current()))
                        .keyThumbprint())
                .isEqualTo(rsa.thumbprint());
    }

    /** 1: which of two counts, the next one in the chain might see otherwise. */
    @Test
    void thereIsOneHeaderAndOneProofInIt() {
        String one = proof();

        assertRefused(Reason.PROOF_MALFORMED, () -> proofs.verify(call(one, proof()), Optional.empty()));
        assertRefused(Reason.PROOF_MALFORMED, () -> proofs.verify(call(one, one), Optional.empty()));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(one + ", " + proof()));
        assertRefused(Reason.PROOF_MISSING, () -> proofs.verify(call(), Optional.empty()));
    }

    /** 2. */
    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a", "a.b.c", "bnVsbA.e30.AA", "W10.e30.AA", "e30.e30.", "e30.e30.AA"})
    void whatIsNoJwtIsRefused(String text) {
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(text));
    }

    @Test
    void oneOfBoundlessLengthIsRefusedUnread() {
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(with(claims -> claims.claim("more", "a".repeat(4_000)))));
    }

    /** 3. */
    @ParameterizedTest
    @ValueSource(strings = {"jti", "htm", "htu", "iat"})
    void eachClaimIsNeeded(String name) {
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(with(claims -> claims.claim(name, null))));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(with(claims -> claims.claim(name, List.of(1)))));
    }

    /** 11.1: they are remembered. */
    @Test
    void anIdentifierOfBoundlessLengthIsRefusedAndABlankOne() {
        assertThat(verify(with(claims -> claims.jwtID("a".repeat(255))))).isNotNull();
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(with(claims -> claims.jwtID("a".repeat(256)))));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(with(claims -> claims.jwtID(" "))));
    }

    /** 4 and 11.6: a client's other JWTs, such as its assertions, are no proofs. */
    @ParameterizedTest
    @ValueSource(strings = {"JWT", "at+jwt", "dpop", "application/dpop+jwt", "client-authentication+jwt"})
    void aJwtOfAnotherTypeIsRefused(String type) {
        assertRefused(
                Reason.PROOF_MALFORMED,
                () -> verify(signed(header().type(new JOSEObjectType(type)), claims(), ecSigner())));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(signed(header().type(null), claims(), ecSigner())));
    }

    /** 5 and 11.7. */
    @Test
    void anAlgorithmThatIsNotOfferedIsRefused() throws JOSEException {
        ProofKey p521 = new ProofKey(new ECKeyGenerator(Curve.P_521).generate(), JWSAlgorithm.ES512);
        ProofKey rs512 = new ProofKey(new RSAKeyGenerator(2048).generate(), JWSAlgorithm.RS512);

        assertRefused(
                Reason.PROOF_MALFORMED, () -> verify(p521.proof("POST", TOKEN, clock.instant(), nonces.current())));
        assertRefused(
                Reason.PROOF_MALFORMED, () -> verify(rs512.proof("POST", TOKEN, clock.instant(), nonces.current())));
    }

    /** 5: whoever knows the public key could make one. */
    @Test
    void oneThatIsNotSignedOrSignedWithASharedSecretIsRefused() throws JOSEException {
        String none = Base64URL.encode("{\"typ\":\"dpop+jwt\",\"alg\":\"none\",\"jwk\":" + key.toPublicJWK() + "}")
                + "." + Base64URL.encode(claims().build().toString()) + ".";
        byte[] known = key.toPublicJWK().toJSONString().getBytes(StandardCharsets.UTF_8);
        String mac = signed(
                new JWSHeader.Builder(JWSAlgorithm.HS256)
                        .type(new JOSEObjectType("dpop+jwt"))
                        .jwk(key.toPublicJWK()),
                claims(),
                new MACSigner(known));

        assertRefused(Reason.PROOF_MALFORMED, () -> verify(none));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(mac));
    }

    /** 6. */
    @Test
    void oneThatAnotherKeySignedOrThatWasAlteredIsRefused() {
        ECKey other = (ECKey) new ProofKey().key;
        String good = proof();
        String[] parts = good.split("\\.");
        String altered = parts[0] + "."
                + Base64URL.encode(claims().jwtID("another").build().toString()) + "." + parts[2];

        assertRefused(
                Reason.PROOF_SIGNATURE_WRONG,
                () -> verify(signed(header().jwk(other.toPublicJWK()), claims(), ecSigner())));
        assertRefused(Reason.PROOF_SIGNATURE_WRONG, () -> verify(altered));
    }

    /** 6: a key that the algorithm is not for. */
    @Test
    void aKeyOfAnotherKindIsRefused() throws JOSEException {
        RSAKey rsa = new RSAKeyGenerator(2048).generate();
        ECKey p384 = new ECKeyGenerator(Curve.P_384).generate();

        assertRefused(
                Reason.PROOF_SIGNATURE_WRONG,
                () -> verify(signed(header().jwk(rsa.toPublicJWK()), claims(), ecSigner())));
        assertRefused(
                Reason.PROOF_SIGNATURE_WRONG,
                () -> verify(signed(header().jwk(p384.toPublicJWK()), claims(), ecSigner())));
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(signed(header().jwk(null), claims(), ecSigner())));
    }

    /** A stranger's header is not to be more than the parser expects. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "{}",
                "[]",
                "\"x\"",
                "{\"kty\":\"EC\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}",
                "{\"kty\":\"EC\",\"crv\":\"P-0\",\"x\":\"\",\"y\":\"\"}",
                "{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"\"}",
                "{\"kty\":\"oct\",\"k\":\"AA\"}",
                "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AA\"}"
            })
    void aKeyThatIsNoneIsRefused(String none) {
        String header = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" + none + "}";
        String proof = Base64URL.encode(header) + "."
                + Base64URL.encode(claims().build().toString()) + ".AA";

        assertThatThrownBy(() -> verify(proof)).isInstanceOf(Rejection.class);
    }

    /** 7: who sends its private key has given it away, and whoever reads the request may use it. */
    @Test
    void onePrivateKeyInTheHeaderIsRefused() throws JOSEException {
        String header = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":" + key.toJSONString() + "}";
        String signed = Base64URL.encode(header) + "."
                + Base64URL.encode(claims().build().toString());
        Base64URL signature = new ECDSASigner(key)
                .sign(new JWSHeader(JWSAlgorithm.ES256), signed.getBytes(StandardCharsets.US_ASCII));

        assertThat(header).contains("\"d\"");
        assertRefused(Reason.PROOF_MALFORMED, () -> verify(signed + "." + signature));
    }

    /** Small ones are broken, and large ones cost this server's time. */
    @Test
    void anRsaKeyMustBeOfAUsualSize() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(
                new RSAKeyGenParameterSpec(2048, BigInteger.TWO.pow(40).add(BigInteger.valueOf(15))));
        RSAKey small = new RSAKeyGenerator(1024, true).generate();
        RSAKey slow = rsa(generator.generateKeyPair());
        RSAKey large = new RSAKey.Builder(
                        Base64URL.encode(BigInteger.TWO
                                .pow(4_200)
                                .subtract(BigInteger.ONE)
                                .toByteArray()),
                        Base64URL.from("AQAB"))
                .build();

        for (JWK unacceptable : List.of(small, slow, large)) {
            JWSHeader.Builder header = new JWSHeader.Builder(JWSAlgorithm.RS256)
                    .type(new JOSEObjectType("dpop+jwt"))
                    .jwk(unacceptable.toPublicJWK());
            assertRefused(
                    Reason.PROOF_KEY_UNACCEPTABLE,
                    () -> verify(signed(header, claims(), signer(new RSAKeyGenerator(2048).generate()))));
        }
    }

    /** 8 and 9. */
    @Test
    void oneForAnotherRequestIsRefused() {
        assertRefused(Reason.PROOF_OF_OTHER_REQUEST, () -> verify(with(claims -> claims.claim("htm", "GET"))));
        assertRefused(Reason.PROOF_OF_OTHER_REQUEST, () -> verify(with(claims -> claims.claim("htm", "post"))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example/oauth2/v1/token/",
                "https://proxy.example/oauth2/v1/par",
                "https://proxy.example",
                "http://proxy.example/oauth2/v1/token",
                "https://proxy.example:8443/oauth2/v1/token",
                "https://other.example/oauth2/v1/token",
                "https://proxy.example.other.example/oauth2/v1/token",
                "https://proxy.example@other.example/oauth2/v1/token",
                "https://user@proxy.example/oauth2/v1/token",
                "https://proxy.example/oauth2%2Fv1/token",
                "https://proxy.example/OAUTH2/v1/token",
                "/oauth2/v1/token",
                "proxy.example/oauth2/v1/token",
                "urn:proxy.example",
                "https://proxy.example/oauth2/v1/tok en",
                "https://proxy.example//",
                "https://proxy.example//evil/oauth2/v1/token",
                "https://proxy.example/oauth2//v1/token"
            })
    void oneForAnotherAddressIsRefused(String address) {
        assertRefused(Reason.PROOF_OF_OTHER_REQUEST, () -> verify(with(claims -> claims.claim("htu", address))));
    }

    /** 9: query and fragment do not count, and an address may be written in several ways (RFC 3986 6.2.2, 6.2.3). */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example/oauth2/v1/token?a=b",
                "https://proxy.example/oauth2/v1/token#part",
                "HTTPS://Proxy.Example:443/oauth2/v1/token",
                "https://proxy.example/oauth2/./x/../v1/token",
                "https://proxy.example/oauth2/v1/%74oken"
            })
    void theSameAddressWrittenOtherwiseIsTheSame(String address) {
        assertThat(verify(with(claims -> claims.claim("htu", address)))).isNotNull();
    }

    /** 10, and 11.3: none is good without a nonce. */
    @Test
    void oneWithoutOurNonceIsRefused() {
        assertRefused(Reason.PROOF_NONCE_NEEDED, () -> verify(holder.proof("POST", TOKEN, clock.instant(), null)));
        assertRefused(Reason.PROOF_NONCE_NEEDED, () -> verify(holder.proof("POST", TOKEN, clock.instant(), "another")));
        assertRefused(Reason.PROOF_NONCE_NEEDED, () -> verify(with(claims -> claims.claim("nonce", 5))));
    }

    /** 11.2: one that was signed for later. */
    @Test
    void oneIsGoodForAsLongAsItsNonceAndNoLonger() {
        String early = proof();
        clock.advance(Duration.ofSeconds(90));
        Instant end = verify(early).endsAt();

        clock.advance(Duration.between(clock.instant(), end).minusSeconds(1));
        assertThat(verify(early)).isNotNull();
        clock.advance(Duration.ofSeconds(1));
        assertRefused(Reason.PROOF_NONCE_NEEDED, () -> verify(early));
    }

    /** 11. */
    @Test
    void oneOfAnotherTimeIsRefused() {
        Instant now = clock.instant();
        assertThat(verify(at(now.minus(CLOCKS_DIFFER)))).isNotNull();
        assertThat(verify(at(now.plus(CLOCKS_DIFFER)))).isNotNull();

        assertRefused(
                Reason.PROOF_TIME_WRONG,
                () -> verify(at(now.minus(CLOCKS_DIFFER).minusSeconds(1))));
        assertRefused(
                Reason.PROOF_TIME_WRONG, () -> verify(at(now.plus(CLOCKS_DIFFER).plusSeconds(1))));
        assertRefused(Reason.PROOF_TIME_WRONG, () -> verify(with(claims -> claims.claim("iat", -1))));
    }

    /** 12: one that was signed for another token, or for none. */
    @Test
    void oneThatIsNotForTheTokenBesideItIsRefused() {
        Instant now = clock.instant();
        Optional<Secret> token = Optional.of(new Secret("token"));

        assertThat(proofs.verify(call(holder.proof("POST", TOKEN, now, nonces.current(), "token")), token))
                .isNotNull();
        assertRefused(
                Reason.PROOF_OF_OTHER_TOKEN,
                () -> proofs.verify(call(holder.proof("POST", TOKEN, now, nonces.current(), "other")), token));
        assertRefused(Reason.PROOF_OF_OTHER_TOKEN, () -> proofs.verify(call(proof()), token));
    }

    /** 11.1: by key, request and {@code jti}; a client may count its requests to each address. */
    @Test
    void whatTellsOneFromAnotherIsItsKeyItsRequestAndItsIdentifier() {
        String hash = verify(with(claims -> claims)).hash();

        assertThat(verify(with(claims -> claims.claim("more", 1))).hash()).isEqualTo(hash);
        assertThat(verify(with(claims -> claims.claim("htu", TOKEN + "?a"))).hash())
                .isEqualTo(hash);
        assertThat(verify(with(claims -> claims.jwtID("another"))).hash()).isNotEqualTo(hash);
        ECKey other = (ECKey) new ProofKey().key;
        assertThat(verify(signed(header().jwk(other.toPublicJWK()), claims(), signer(other)))
                        .hash())
                .isNotEqualTo(hash);
        assertThat(proofs.verify(
                                new HttpCall(List.of(with(claims -> claims.claim("htm", "GET"))), "GET", TOKEN),
                                Optional.empty())
                        .hash())
                .isNotEqualTo(hash);
    }

    private Proof verify(String proof) {
        return proofs.verify(call(proof), Optional.empty());
    }

    private static HttpCall call(String... sent) {
        return new HttpCall(List.of(sent), "POST", TOKEN);
    }

    private String proof() {
        return holder.proof("POST", TOKEN, clock.instant(), nonces.current());
    }

    private String at(Instant time) {
        return with(claims -> claims.issueTime(Date.from(time)));
    }

    private String with(UnaryOperator<JWTClaimsSet.Builder> change) {
        return signed(header(), change.apply(claims()), ecSigner());
    }

    private JWSHeader.Builder header() {
        return new JWSHeader.Builder(JWSAlgorithm.ES256)
                .type(new JOSEObjectType("dpop+jwt"))
                .jwk(key.toPublicJWK());
    }

    private JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .jwtID("id")
                .claim("htm", "POST")
                .claim("htu", TOKEN.toString())
                .claim("nonce", nonces.current())
                .issueTime(Date.from(clock.instant()));
    }

    private JWSSigner ecSigner() {
        return signer(key);
    }

    private static JWSSigner signer(JWK key) {
        try {
            return new DefaultJWSSignerFactory().createJWSSigner(key);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static RSAKey rsa(KeyPair pair) {
        return new RSAKey.Builder((RSAPublicKey) pair.getPublic())
                .privateKey((RSAPrivateKey) pair.getPrivate())
                .build();
    }

    private static String signed(JWSHeader.Builder header, JWTClaimsSet.Builder claims, JWSSigner signer) {
        SignedJWT jwt = new SignedJWT(header.build(), claims.build());
        try {
            jwt.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
        return jwt.serialize();
    }
}
