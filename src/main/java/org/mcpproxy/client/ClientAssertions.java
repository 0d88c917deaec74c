package org.mcpproxy.client;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.oauth.UnverifiedJwt;

/** Authenticates a client by an assertion that it signed ({@code private_key_jwt}; RFC 7523 3, OpenID Connect Core 9). */
@Singleton
public class ClientAssertions {

    private static final Duration LONGEST_LIFETIME = Duration.ofMinutes(10);
    private static final Duration CLOCKS_DIFFER = Duration.ofSeconds(60);
    private static final int LONGEST_ID = 255;
    private static final JOSEObjectType OWN_TYPE = new JOSEObjectType("client-authentication+jwt");

    private final ClientDocuments documents;
    private final UsedAssertions used;
    private final Set<String> audiences;
    private final Clock clock;

    @Inject
    public ClientAssertions(ClientDocuments documents, UsedAssertions used, Settings settings, Clock clock) {
        this.documents = documents;
        this.used = used;
        this.audiences = Set.of(
                settings.issuer(),
                settings.at("/oauth2/v1/token").toString(),
                settings.at("/oauth2/v1/par").toString());
        this.clock = clock;
    }

    /**
     * @throws Rejection {@code CLIENT_ASSERTION_INVALID}, {@code CLIENT_ASSERTION_REPLAYED}, or a reason why the client's
     *     keys cannot be had
     */
    public void require(Client client, SignedJWT assertion) {
        JWTClaimsSet claims = verified(client, assertion);
        Instant now = clock.instant();
        requireClaims(client, claims);
        requireTimes(claims, now);
        Secret name = new Secret(client.id() + " " + claims.getJWTID());
        Instant end = claims.getExpirationTime().toInstant().plus(CLOCKS_DIFFER);
        if (client.documentHost().isPresent()) {
            used.requireRoom();
        }
        if (!used.use(name.hash(), end)) {
            throw Rejection.of(Reason.CLIENT_ASSERTION_REPLAYED);
        }
    }

    /** With keys that are fetched anew where those at hand do not fit: clients change them. */
    private JWTClaimsSet verified(Client client, SignedJWT assertion) {
        Optional<JWKSet> atHand = documents.keys(client, false);
        return verified(assertion, atHand)
                .or(() -> Optional.of(documents.keys(client, true))
                        .filter(anew -> !anew.equals(atHand))
                        .flatMap(anew -> verified(assertion, anew)))
                .orElseThrow(() -> Rejection.of(Reason.CLIENT_ASSERTION_INVALID));
    }

    private static Optional<JWTClaimsSet> verified(SignedJWT assertion, Optional<JWKSet> keys) {
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, OWN_TYPE, null));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(
                new LinkedHashSet<>(Capabilities.CLIENT_ASSERTION_ALGORITHMS),
                new ImmutableJWKSet<>(keys.orElseGet(JWKSet::new))));
        // the claims are judged here, by the injected clock
        processor.setJWTClaimsSetVerifier(null);
        try {
            return Optional.of(processor.process(assertion, null));
        } catch (BadJOSEException | JOSEException e) {
            return Optional.empty();
        }
    }

    private void requireClaims(Client client, JWTClaimsSet claims) {
        require(client.id().equals(claims.getIssuer()));
        require(client.id().equals(claims.getSubject()));
        List<String> audience = claims.getAudience();
        require(audience.size() == 1);
        require(audience.get(0) != null && audiences.contains(audience.get(0)));
        require(claims.getJWTID() != null
                && !claims.getJWTID().isBlank()
                && claims.getJWTID().length() <= LONGEST_ID);
    }

    /** One that lives long would have to be remembered for long. */
    private static void requireTimes(JWTClaimsSet claims, Instant now) {
        require(claims.getExpirationTime() != null);
        Instant end = claims.getExpirationTime().toInstant();
        require(now.isBefore(end.plus(CLOCKS_DIFFER)));
        require(!end.isAfter(now.plus(LONGEST_LIFETIME).plus(CLOCKS_DIFFER)));
        requireBegun(claims.getNotBeforeTime(), now);
        requireBegun(claims.getIssueTime(), now);
    }

    private static void requireBegun(Date time, Instant now) {
        require(time == null || !time.toInstant().isAfter(now.plus(CLOCKS_DIFFER)));
    }

    private static void require(boolean holds) {
        if (!holds) {
            throw Rejection.of(Reason.CLIENT_ASSERTION_INVALID);
        }
    }

    /** Read, and not yet believed. */
    static SignedJWT parse(String assertion) {
        return UnverifiedJwt.parse(assertion).orElseThrow(() -> Rejection.of(Reason.CLIENT_ASSERTION_INVALID));
    }

    /** Whose it says it is. */
    static String subject(SignedJWT assertion) {
        try {
            return Optional.ofNullable(assertion.getJWTClaimsSet())
                    .map(JWTClaimsSet::getSubject)
                    .orElseThrow(() -> Rejection.of(Reason.CLIENT_ASSERTION_INVALID));
        } catch (ParseException e) {
            throw Rejection.of(Reason.CLIENT_ASSERTION_INVALID);
        }
    }
}
