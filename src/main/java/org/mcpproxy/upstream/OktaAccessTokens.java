package org.mcpproxy.upstream;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.mcpproxy.config.MpJwtSettings;
import org.mcpproxy.config.OktaSettings;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.UnverifiedJwt;

/**
 * Verifies access tokens that an Okta custom authorization server issued for {@code OKTA_AUDIENCE}.
 *
 * <p>MicroProfile JWT has the last word, but sees only tokens that have passed here first, for four reasons seen in Open
 * Liberty: it writes a token with a bad signature into the log, whole; it remembers a token that it accepted, even after
 * its key was withdrawn; with a single key it does not compare the {@code kid}; and left to itself it fetches keys for
 * every unknown {@code kid}.
 */
@ApplicationScoped
public class OktaAccessTokens {

    /** RFC 9068 2.1, and what Okta sends: {@code JWT} or nothing. Logout tokens and ID-JAGs name other types. */
    private static final DefaultJOSEObjectTypeVerifier<SecurityContext> TYPES = new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), new JOSEObjectType("application/at+jwt"), null);

    private static final Duration BELIEVED = Duration.ofSeconds(10);
    private static final int MOST = 10_000;

    private final OktaSettings okta;
    private final Discovery discovery;
    private final IssuerKeys keys;
    private final MpJwt mpJwt;
    private final Clock clock;

    /** By the token's SHA-256. */
    private final Cache<String, Verified> verified =
            Caffeine.newBuilder().maximumSize(MOST).executor(Runnable::run).build();

    @Inject
    OktaAccessTokens(Settings settings, Discovery discovery, IssuerKeys keys, MpJwt mpJwt, Clock clock) {
        this.okta = settings.okta();
        this.discovery = discovery;
        this.keys = keys;
        this.mpJwt = mpJwt;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected OktaAccessTokens() {
        this.okta = null;
        this.discovery = null;
        this.keys = null;
        this.mpJwt = null;
        this.clock = null;
    }

    /**
     * Verifies a token, or remembers for a few seconds that it did.
     *
     * @param token the one that the request presents
     * @throws Rejection with a {@code TOKEN_…} reason, or {@code OKTA_UNAVAILABLE} where Okta's document or keys cannot be had
     */
    public OktaAccessToken verify(Secret token, HttpServletRequest request) {
        Instant now = clock.instant();
        Verified known = verified.getIfPresent(token.hash());
        if (known != null && known.holdsAt(now)) {
            return known.token();
        }
        OktaAccessToken fresh = verifyAnew(token, request);
        verified.put(token.hash(), new Verified(fresh, now.plus(BELIEVED)));
        return fresh;
    }

    private OktaAccessToken verifyAnew(Secret token, HttpServletRequest request) {
        URI issuer = discovery.current().issuer();
        AccessTokenClaims rules = new AccessTokenClaims(okta, issuer);
        JWTClaimsSet claims = verifySignature(parse(token), rules);
        JWKSet published = keys.published();
        MpJwtSettings.set(
                issuer, okta.audience().orElseThrow(), algorithm(published).getName(), published.toString());
        mpJwt.verify(token, request);
        return rules.read(claims);
    }

    private static SignedJWT parse(Secret token) {
        try {
            SignedJWT jwt = UnverifiedJwt.parse(token.value()).orElseThrow(() -> Rejection.of(Reason.TOKEN_MALFORMED));
            if (jwt.getHeader().getKeyID() == null || jwt.getJWTClaimsSet() == null) {
                throw Rejection.of(Reason.TOKEN_MALFORMED);
            }
            return jwt;
        } catch (ParseException e) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
    }

    /** The claims come first: what is not for us needs no key. */
    private JWTClaimsSet verifySignature(SignedJWT jwt, AccessTokenClaims rules) {
        try {
            rules.require(jwt.getJWTClaimsSet(), clock.instant());
            return processor().process(jwt, null);
        } catch (ParseException e) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        } catch (BadJOSEException | JOSEException e) {
            throw Rejection.of(Reason.TOKEN_SIGNATURE_WRONG);
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor() {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(TYPES);
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(algorithm(keys.published()), keys));
        processor.setJWTClaimsSetVerifier(null);
        return processor;
    }

    /** Okta signs with RSA; MicroProfile JWT takes one algorithm, so another issuer's is told by its keys. */
    private static JWSAlgorithm algorithm(JWKSet published) {
        return published.getKeys().stream().anyMatch(key -> KeyType.RSA.equals(key.getKeyType()))
                ? JWSAlgorithm.RS256
                : JWSAlgorithm.ES256;
    }

    private record Verified(OktaAccessToken token, Instant believedUntil) {

        boolean holdsAt(Instant now) {
            return now.isBefore(believedUntil) && now.isBefore(token.expiresAt());
        }
    }
}
