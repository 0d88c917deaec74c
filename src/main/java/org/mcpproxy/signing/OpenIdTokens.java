package org.mcpproxy.signing;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Date;
import java.util.List;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Capabilities;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * Mints the ID tokens by which a client learns who signed on (OpenID Connect Core 2). They open nothing here: their type is
 * another than that of an access token.
 */
@Singleton
public class OpenIdTokens {

    private static final JOSEObjectType TYPE = JOSEObjectType.JWT;

    private final Settings settings;
    private final SigningKeys keys;
    private final Clock clock;

    @Inject
    public OpenIdTokens(Settings settings, SigningKeys keys, Clock clock) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
    }

    public Secret mint(OpenIdToken token) {
        JWTClaimsSet.Builder claims = new JWTClaimsSet.Builder()
                .issuer(settings.issuer())
                .subject(token.subject())
                .audience(token.clientId())
                .issueTime(Date.from(clock.instant()))
                .expirationTime(Date.from(token.expiresAt()))
                .claim("nonce", token.nonce().orElse(null))
                .claim("at_hash", hash(token.accessToken()));
        token.authentication().claims().forEach(claims::claim);
        return CompactJwt.signed(keys.current(), TYPE, claims.build());
    }

    /** OpenID Connect Core 3.1.3.6. */
    private static String hash(Secret accessToken) {
        return AccessTokenHash.compute(new BearerAccessToken(accessToken.value()), Capabilities.SIGNING_ALGORITHM, null)
                .getValue();
    }

    /**
     * Whom an ID token is of that a client shows as a hint, expired or not (OpenID Connect Core 3.1.2.1). Of another client's
     * it learns nothing.
     *
     * @throws Rejection {@code ID_TOKEN_HINT_INVALID} or {@code STORE_UNAVAILABLE}
     */
    public String subject(Secret hint, String clientId) {
        JWTClaimsSet claims = verified(hint);
        boolean ours = settings.issuer().equals(claims.getIssuer())
                && List.of(clientId).equals(claims.getAudience())
                && claims.getSubject() != null;
        if (!ours) {
            throw Rejection.of(Reason.ID_TOKEN_HINT_INVALID);
        }
        return claims.getSubject();
    }

    private JWTClaimsSet verified(Secret hint) {
        try {
            return CompactJwt.verified(hint, TYPE, keys);
        } catch (Rejection rejection) {
            throw rejection.reason() == Reason.STORE_UNAVAILABLE
                    ? rejection
                    : Rejection.of(Reason.ID_TOKEN_HINT_INVALID, rejection);
        }
    }
}
