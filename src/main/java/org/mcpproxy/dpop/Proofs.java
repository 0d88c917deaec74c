package org.mcpproxy.dpop;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.factories.DefaultJWSVerifierFactory;
import com.nimbusds.jose.jwk.AsymmetricJWK;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.UnverifiedJwt;

/**
 * Judges proofs (RFC 9449 4.3), but for whether one was used before. The library's own verifier goes by this machine's clock, and
 * compares {@code htu} letter by letter (docs/decisions/0030).
 */
@Singleton
public class Proofs {

    private static final JOSEObjectType TYPE = new JOSEObjectType("dpop+jwt");

    /** In characters, of the whole and of {@code jti}: a stranger may send any number of them (11.1). */
    private static final int LONGEST = 4_096;

    private static final int LONGEST_ID = 255;

    /** By how much a client's clock may differ; it is the nonce that bounds for how long a proof is good. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private static final int LEAST_RSA_BITS = 2_048;
    private static final int MOST_RSA_BITS = 4_096;
    private static final int MOST_EXPONENT_BYTES = 4;

    private final ProofNonces nonces;
    private final Clock clock;

    @Inject
    public Proofs(ProofNonces nonces, Clock clock) {
        this.nonces = nonces;
        this.clock = clock;
    }

    /**
     * @param token the access token that is presented with it, if any
     * @throws Rejection with a {@code PROOF_…} reason
     */
    public Proof verify(HttpCall call, Optional<Secret> token) {
        SignedJWT jwt = parse(call);
        JWTClaimsSet claims = claims(jwt);
        requireKey(jwt.getHeader().getJWK());
        requireRequest(claims, call);
        Instant end = requireNonce(claims);
        requireTime(claims);
        token.ifPresent(presented -> requireToken(claims, presented));
        requireSignature(jwt);
        String thumbprint = thumbprint(jwt.getHeader().getJWK());
        return new Proof(thumbprint, hash(thumbprint, call, claims.getJWTID()), end);
    }

    /** One that is not there at all is refused as such: most clients send none because they know none. */
    private static SignedJWT parse(HttpCall call) {
        require(!call.proofs().isEmpty(), Reason.PROOF_MISSING);
        require(call.proofs().size() == 1 && call.proofs().get(0).length() <= LONGEST, Reason.PROOF_MALFORMED);
        SignedJWT jwt =
                UnverifiedJwt.parse(call.proofs().get(0)).orElseThrow(() -> Rejection.of(Reason.PROOF_MALFORMED));
        JWSHeader header = jwt.getHeader();
        // a private key among the header's the parser does not let through
        require(
                TYPE.equals(header.getType())
                        && Capabilities.PROOF_ALGORITHMS.contains(header.getAlgorithm())
                        && header.getJWK() instanceof AsymmetricJWK,
                Reason.PROOF_MALFORMED);
        return jwt;
    }

    private static JWTClaimsSet claims(SignedJWT jwt) {
        try {
            JWTClaimsSet claims = jwt.getJWTClaimsSet();
            String id = claims.getJWTID();
            boolean whole = id != null
                    && !id.isBlank()
                    && id.length() <= LONGEST_ID
                    && claims.getStringClaim("htm") != null
                    && claims.getStringClaim("htu") != null
                    && claims.getIssueTime() != null;
            require(whole, Reason.PROOF_MALFORMED);
            return claims;
        } catch (ParseException | NullPointerException e) {
            throw Rejection.of(Reason.PROOF_MALFORMED);
        }
    }

    /** A long exponent would cost as much time as a private key does. */
    private static void requireKey(JWK key) {
        boolean acceptable = !(key instanceof RSAKey rsa)
                || (rsa.size() >= LEAST_RSA_BITS
                        && rsa.size() <= MOST_RSA_BITS
                        && rsa.getPublicExponent().decode().length <= MOST_EXPONENT_BYTES);
        require(acceptable, Reason.PROOF_KEY_UNACCEPTABLE);
    }

    private static void requireRequest(JWTClaimsSet claims, HttpCall call) {
        boolean same = call.method().equals(claims.getClaim("htm"))
                && ProofUri.normalized((String) claims.getClaim("htu"))
                        .filter(ProofUri.normalized(call.uri())::equals)
                        .isPresent();
        require(same, Reason.PROOF_OF_OTHER_REQUEST);
    }

    private Instant requireNonce(JWTClaimsSet claims) {
        return Optional.ofNullable(claims.getClaim("nonce"))
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .flatMap(nonces::end)
                .orElseThrow(() -> Rejection.of(Reason.PROOF_NONCE_NEEDED));
    }

    private void requireTime(JWTClaimsSet claims) {
        Instant now = clock.instant();
        Instant issued = claims.getIssueTime().toInstant();
        require(
                !issued.isBefore(now.minus(CLOCKS_DIFFER)) && !issued.isAfter(now.plus(CLOCKS_DIFFER)),
                Reason.PROOF_TIME_WRONG);
    }

    /** {@code ath} is the hash by which we know every token: SHA-256 in base64url. */
    private static void requireToken(JWTClaimsSet claims, Secret token) {
        require(token.hash().equals(claims.getClaim("ath")), Reason.PROOF_OF_OTHER_TOKEN);
    }

    private static void requireSignature(SignedJWT jwt) {
        try {
            JWSHeader header = jwt.getHeader();
            require(
                    jwt.verify(new DefaultJWSVerifierFactory()
                            .createJWSVerifier(header, ((AsymmetricJWK) header.getJWK()).toPublicKey())),
                    Reason.PROOF_SIGNATURE_WRONG);
        } catch (JOSEException | IllegalArgumentException e) {
            // a key that does not go with the algorithm among them
            throw Rejection.of(Reason.PROOF_SIGNATURE_WRONG);
        }
    }

    private static String thumbprint(JWK key) {
        try {
            return key.computeThumbprint().toString();
        } catch (JOSEException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    /** In the context of the request (11.1): a client may count its requests to each address. */
    private static String hash(String thumbprint, HttpCall call, String id) {
        return new Secret(thumbprint + " " + call.method() + " " + call.uri() + " " + id).hash();
    }

    private static void require(boolean holds, Reason otherwise) {
        if (!holds) {
            throw Rejection.of(otherwise);
        }
    }
}
