package org.mcpproxy.upstream;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jwt.JWT;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.AccessTokenHash;
import com.nimbusds.openid.connect.sdk.claims.AuthorizedParty;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.AccessTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import com.nimbusds.openid.connect.sdk.validators.InvalidHashException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Set;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** Validates ID tokens in full (OpenID Connect Core 3.1.3.7 and, after a refresh, 12.2). */
@ApplicationScoped
class IdTokens {

    /** Signatures by a key pair only: with HMAC, or none, whoever knows our secret or nothing at all could sign. */
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(
            JWSAlgorithm.RS256,
            JWSAlgorithm.RS384,
            JWSAlgorithm.RS512,
            JWSAlgorithm.PS256,
            JWSAlgorithm.PS384,
            JWSAlgorithm.PS512,
            JWSAlgorithm.ES256,
            JWSAlgorithm.ES384,
            JWSAlgorithm.ES512);

    /** In seconds. */
    static final int CLOCK_SKEW = 120;

    private static final Logger LOG = System.getLogger(IdTokens.class.getName());

    private final Discovery discovery;
    private final ClientID client;
    private final IssuerKeys keys;

    @Inject
    IdTokens(Settings settings, Discovery discovery, IssuerKeys keys) {
        this.discovery = discovery;
        this.client = new ClientID(settings.okta().clientId());
        this.keys = keys;
    }

    /** For CDI's proxy. */
    protected IdTokens() {
        this.discovery = null;
        this.client = null;
        this.keys = null;
    }

    /**
     * @param nonce as it was sent, or null after a refresh
     * @throws Rejection {@code ID_TOKEN_INVALID}, or {@code OKTA_UNAVAILABLE} where the issuer's document or keys cannot be had
     */
    IDTokenClaimsSet validate(OIDCTokens tokens, Nonce nonce) {
        JWT idToken = tokens.getIDToken();
        if (idToken == null) {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        }
        try {
            IDTokenClaimsSet claims = validator().validate(idToken, nonce);
            requireAuthorizedParty(claims);
            requireAccessTokenHash(claims.getAccessTokenHash(), tokens.getAccessToken(), idToken);
            return claims;
        } catch (BadJOSEException | JOSEException | InvalidHashException e) {
            LOG.log(
                    Level.DEBUG,
                    "The ID token is not acceptable: {0}",
                    e.getClass().getSimpleName());
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        }
    }

    private IDTokenValidator validator() {
        Issuer issuer = new Issuer(discovery.current().issuer());
        IDTokenValidator validator =
                new IDTokenValidator(issuer, client, new JWSVerificationKeySelector<>(ALGORITHMS, keys), null);
        validator.setMaxClockSkew(CLOCK_SKEW);
        return validator;
    }

    /** Core 3.1.3.7, 4 and 5: Nimbus reads {@code azp} but compares it with nothing. */
    private void requireAuthorizedParty(IDTokenClaimsSet claims) {
        AuthorizedParty party = claims.getAuthorizedParty();
        boolean acceptable = party == null
                ? claims.getAudience().size() == 1
                : party.getValue().equals(client.getValue());
        if (!acceptable) {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        }
    }

    private static void requireAccessTokenHash(AccessTokenHash hash, AccessToken token, JWT idToken)
            throws InvalidHashException {
        if (hash != null) {
            JWSAlgorithm algorithm = (JWSAlgorithm) idToken.getHeader().getAlgorithm();
            AccessTokenValidator.validate(token, algorithm, hash);
        }
    }
}
