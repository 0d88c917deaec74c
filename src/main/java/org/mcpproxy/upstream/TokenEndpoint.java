package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/**
 * The issuer's token endpoint (RFC 6749 3.2). No call to it is repeated, as a code or refresh token works once, unless it was
 * refused for want of a nonce.
 */
@ApplicationScoped
class TokenEndpoint {

    /** The error codes that may be written down as they are; anything else could be anything. */
    static final Set<String> KNOWN_ERRORS = Set.of(
            OAuth2Error.INVALID_CLIENT.getCode(),
            OAuth2Error.INVALID_GRANT.getCode(),
            OAuth2Error.INVALID_REQUEST.getCode(),
            OAuth2Error.INVALID_SCOPE.getCode(),
            OAuth2Error.INVALID_TARGET.getCode(),
            OAuth2Error.UNAUTHORIZED_CLIENT.getCode(),
            OAuth2Error.UNSUPPORTED_GRANT_TYPE.getCode(),
            OAuth2Error.ACCESS_DENIED.getCode(),
            OAuth2Error.INVALID_DPOP_PROOF.getCode(),
            OAuth2Error.USE_DPOP_NONCE.getCode());

    /**
     * Within which a refresh is asked for a nonce, else it is left to the next one: two calls must end while nobody else may
     * refresh the same grant.
     */
    private static final Duration REFRESH_PATIENCE = Duration.ofSeconds(2);

    private static final Logger LOG = System.getLogger(TokenEndpoint.class.getName());

    private final Discovery discovery;
    private final ProxyCredential credential;
    private final IssuerCalls calls;
    private final ProvenCalls provenCalls;

    @Inject
    TokenEndpoint(Discovery discovery, ProxyCredential credential, IssuerCalls calls, ProvenCalls provenCalls) {
        this.discovery = discovery;
        this.credential = credential;
        this.calls = calls;
        this.provenCalls = provenCalls;
    }

    /** For CDI's proxy. */
    protected TokenEndpoint() {
        this(null, null, null, null);
    }

    /**
     * Exchanges a grant for tokens.
     *
     * @param invalidGrant what {@code invalid_grant} means for this grant
     * @param key what the tokens are to be bound to (RFC 9449 5); without one they are to be bearer tokens
     * @return of whatever type: {@link #areAsAsked} tells
     * @throws Rejection {@code invalidGrant}, {@code OKTA_DENIED}, {@code OKTA_REFUSED_PROXY}, {@code
     *     OKTA_ANSWER_INVALID} or {@code OKTA_UNAVAILABLE}
     */
    OIDCTokens exchange(AuthorizationGrant grant, Reason invalidGrant, Optional<PossessionKey> key) {
        TokenResponse response = parse(answer(grant, key));
        if (!response.indicatesSuccess()) {
            throw refused(response.toErrorResponse().getErrorObject(), invalidGrant);
        }
        LOG.log(Level.DEBUG, "The {0} grant was exchanged for tokens", grant.getType());
        return ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
    }

    private HTTPResponse answer(AuthorizationGrant grant, Optional<PossessionKey> key) {
        URI endpoint = discovery.current().tokenEndpoint();
        Supplier<HTTPRequest> request = () -> new TokenRequest.Builder(endpoint, credential.at(endpoint), grant)
                .build()
                .toHTTPRequest();
        return key.map(proven ->
                        provenCalls.once(IssuerCalls.Endpoint.TOKEN, endpoint, proven, patience(grant), request))
                .orElseGet(() -> calls.once(IssuerCalls.Endpoint.TOKEN, request.get()));
    }

    private static Duration patience(AuthorizationGrant grant) {
        return grant instanceof RefreshTokenGrant ? REFRESH_PATIENCE : ProvenCalls.WHENEVER;
    }

    /** RFC 9449 5: an issuer that knows nothing of DPoP answers a proof with a bearer token, which a thief could use. */
    static boolean areAsAsked(OIDCTokens tokens, Optional<PossessionKey> key) {
        if (key.isPresent() && tokens.getBearerAccessToken() != null) {
            LOG.log(Level.WARNING, "Okta gave a bearer token though OKTA_DPOP=on asked for one that is bound to a key");
        }
        return (key.isPresent() ? tokens.getDPoPAccessToken() : tokens.getBearerAccessToken()) != null;
    }

    private static TokenResponse parse(HTTPResponse response) {
        if (response.getStatusCode() >= 300 && response.getStatusCode() < 400) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        try {
            return OIDCTokenResponseParser.parse(response);
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private static Rejection refused(ErrorObject error, Reason invalidGrant) {
        String code = Optional.ofNullable(error.getCode())
                .filter(KNOWN_ERRORS::contains)
                .orElse("no known error");
        if (OAuth2Error.INVALID_GRANT.getCode().equals(code)) {
            return Rejection.of(invalidGrant);
        }
        if (OAuth2Error.ACCESS_DENIED.getCode().equals(code)) {
            return Rejection.of(Reason.OKTA_DENIED);
        }
        LOG.log(Level.WARNING, "Okta refused this proxy''s own request with {0}: check its OKTA_… settings", code);
        return Rejection.of(Reason.OKTA_REFUSED_PROXY);
    }
}
