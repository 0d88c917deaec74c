package org.mcpproxy.signing;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * What tells a backend who calls: a JWT of a type of its own, for that backend alone, which opens no endpoint of ours. A
 * backend verifies it with our {@code jwks.json}.
 */
@Singleton
public class IdentityTokens {

    /** How long one is good for: a request and a slow clock. */
    public static final Duration LIFETIME = Duration.ofMinutes(5);

    private static final String GRANT_CLAIM = "grant_id";
    private static final JOSEObjectType TYPE = new JOSEObjectType("mcp-identity+jwt");

    private final Settings settings;
    private final SigningKeys keys;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public IdentityTokens(Settings settings, SigningKeys keys, RandomGenerator random, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.random = random;
        this.clock = clock;
    }

    /** @param audience the backend's own URL */
    public Secret mint(Identity identity, String audience) {
        Set<String> groups = identity.profile().groups();
        JWTClaimsSet claims = new JWTClaimsSet.Builder()
                .issuer(settings.issuer())
                .subject(identity.subject())
                .audience(audience)
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(clock.instant().plus(LIFETIME)))
                .jwtID(Secret.random(random).value())
                .claim("client_id", identity.client())
                .claim("email", identity.profile().email())
                .claim("groups", groups.isEmpty() ? null : List.copyOf(groups))
                .claim(GRANT_CLAIM, identity.grant().orElse(null))
                .build();
        return CompactJwt.signed(keys.current(), TYPE, claims);
    }

    /**
     * Verifies one that its backend asks about; whether its grant still lives is the caller's to ask.
     *
     * @throws Rejection with a {@code TOKEN_…} reason, or {@code STORE_UNAVAILABLE}
     */
    public IdentityToken verify(Secret token) {
        JWTClaimsSet claims = CompactJwt.verified(token, TYPE, keys);
        if (!settings.issuer().equals(claims.getIssuer())) {
            throw Rejection.of(Reason.TOKEN_ISSUER_WRONG);
        }
        if (!clock.instant().isBefore(claims.getExpirationTime().toInstant())) {
            throw Rejection.of(Reason.TOKEN_EXPIRED);
        }
        return new IdentityToken(
                claims.getSubject(),
                (String) claims.getClaim("client_id"),
                claims.getAudience().get(0),
                Optional.ofNullable((String) claims.getClaim(GRANT_CLAIM)),
                claims.getExpirationTime().toInstant());
    }
}
