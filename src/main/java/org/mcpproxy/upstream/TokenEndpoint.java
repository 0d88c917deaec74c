package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;

/** The issuer's token endpoint (RFC 6749 3.2). No call to it is repeated: a code or refresh token works once. */
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
            OAuth2Error.ACCESS_DENIED.getCode());

    private static final Logger LOG = System.getLogger(TokenEndpoint.class.getName());

    private final Discovery discovery;
    private final ProxyCredential credential;
    private final IssuerCalls calls;

    @Inject
    TokenEndpoint(Discovery discovery, ProxyCredential credential, IssuerCalls calls) {
        this.discovery = discovery;
        this.credential = credential;
        this.calls = calls;
    }

    /** For CDI's proxy. */
    protected TokenEndpoint() {
        this(null, null, null);
    }

    /**
     * Exchanges a grant for tokens.
     *
     * @param invalidGrant what {@code invalid_grant} means for this grant
     * @throws Rejection {@code invalidGrant}, {@code OKTA_DENIED}, {@code OKTA_REFUSED_PROXY}, {@code
     *     OKTA_ANSWER_INVALID} or {@code OKTA_UNAVAILABLE}
     */
    OIDCTokens exchange(AuthorizationGrant grant, Reason invalidGrant) {
        URI endpoint = discovery.current().tokenEndpoint();
        TokenRequest request = new TokenRequest.Builder(endpoint, credential.at(endpoint), grant).build();
        TokenResponse response = parse(calls.once(IssuerCalls.Endpoint.TOKEN, request.toHTTPRequest()));
        if (!response.indicatesSuccess()) {
            throw refused(response.toErrorResponse().getErrorObject(), invalidGrant);
        }
        OIDCTokens tokens = ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
        if (tokens.getBearerAccessToken() == null) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        LOG.log(Level.DEBUG, "The {0} grant was exchanged for tokens", grant.getType());
        return tokens;
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
