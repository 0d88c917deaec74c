package org.mcpproxy.signing;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** Mints and verifies our access tokens: JWTs as RFC 9068 has them. */
@Singleton
public class AccessTokens {

    private static final JOSEObjectType TYPE = new JOSEObjectType("at+jwt");
    private static final String GRANT_CLAIM = "grant_id";
    private static final String PROFILE_CLAIM = "sealed_profile";

    private static final int LONGEST = PresentedToken.LONGEST_CREDENTIAL - "Bearer ".length();

    private final Settings settings;
    private final SigningKeys keys;
    private final SealedProfiles profiles;
    private final Clock clock;

    @Inject
    public AccessTokens(Settings settings, SigningKeys keys, SealedProfiles profiles, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.profiles = profiles;
        this.clock = clock;
    }

    /** The signed token, as the client gets it. Where the profile would make it too long, nodes ask the store for it. */
    public Secret mint(AccessToken token) {
        Optional<String> profile = token.profile().flatMap(known -> profiles.seal(known, token.id()));
        Secret minted = mint(token, profile);
        return minted.value().length() <= LONGEST ? minted : mint(token, Optional.empty());
    }

    private Secret mint(AccessToken token, Optional<String> profile) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(settings.issuer())
                .subject(token.subject())
                .audience(token.audience())
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(token.expiresAt()))
                .jwtID(token.id())
                .claim("client_id", token.clientId())
                .claim("scope", token.scope().toString())
                .claim(GRANT_CLAIM, token.grantId())
                .claim(PROFILE_CLAIM, profile.orElse(null))
                .claim(ActorClaim.NAME, ActorClaim.write(token.actors()))
                .claim(KeyClaim.NAME, KeyClaim.write(token.keyThumbprint()));
        token.authentication().claims().forEach(claims::claim);
        return CompactJwt.signed(keys.current(), TYPE, claims.build());
    }

    /**
     * Verifies all that the token itself can tell (RFC 9068 4); whether its grant still lives is the caller's to ask.
     *
     * @param audience the canonical resource that was called
     * @throws Rejection with a {@code TOKEN_…} reason
     */
    public AccessToken verify(Secret token, String audience) {
        AccessToken verified = verify(token);
        requireEqual(audience, verified.audience(), Reason.TOKEN_AUDIENCE_WRONG);
        return verified;
    }

    /** Verifies a token for any of our resources: its holder wants nothing from a resource. */
    public AccessToken verify(Secret token) {
        JWTClaimsSet claims = CompactJwt.verified(token, TYPE, keys);
        requireEqual(settings.issuer(), claims.getIssuer(), Reason.TOKEN_ISSUER_WRONG);
        AccessToken verified = read(claims);
        if (!clock.instant().isBefore(verified.expiresAt())) {
            throw Rejection.of(Reason.TOKEN_EXPIRED);
        }
        return verified;
    }

    private AccessToken read(JWTClaimsSet claims) {
        try {
            String id = present(claims.getJWTID());
            return new AccessToken(
                    present(claims.getSubject()),
                    present(claims.getStringClaim("client_id")),
                    audience(claims),
                    Scope.parse(present(claims.getStringClaim("scope"))),
                    present(claims.getStringClaim(GRANT_CLAIM)),
                    id,
                    expiry(claims),
                    Optional.ofNullable(claims.getStringClaim(PROFILE_CLAIM))
                            .flatMap(claim -> profiles.open(claim, id)),
                    ActorClaim.read(claims.getJSONObjectClaim(ActorClaim.NAME)),
                    KeyClaim.read(claims.getJSONObjectClaim(KeyClaim.NAME)),
                    AuthenticationEvent.of(claims.getClaims()));
        } catch (ParseException e) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
    }

    private static String audience(JWTClaimsSet claims) {
        if (claims.getAudience().size() != 1) {
            throw Rejection.of(Reason.TOKEN_AUDIENCE_WRONG);
        }
        return claims.getAudience().get(0);
    }

    /** A token without an expiry would live for ever: it is malformed. */
    private static Instant expiry(JWTClaimsSet claims) {
        return present(claims.getExpirationTime()).toInstant();
    }

    private static <T> T present(T value) {
        if (value == null) {
            throw Rejection.of(Reason.TOKEN_MALFORMED);
        }
        return value;
    }

    private static void requireEqual(String expected, String actual, Reason otherwise) {
        if (!expected.equals(actual)) {
            throw Rejection.of(otherwise);
        }
    }
}
