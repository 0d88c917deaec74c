package org.mcpproxy.upstream;

import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.Audience;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.TokenTypeURI;
import com.nimbusds.oauth2.sdk.tokenexchange.TokenExchangeGrant;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** The token endpoint as one that exchanges tokens (RFC 8693 2). */
@ApplicationScoped
class TokenExchangeEndpoint implements TokenExchange {

    /** RFC 8693 2.2.1 lets an issuer leave {@code expires_in} out; Okta's shortest lifetime is then a safe guess. */
    private static final Duration UNNAMED_LIFETIME = Duration.ofMinutes(5);

    /** Okta's longest. */
    private static final Duration LONGEST_LIFETIME = Duration.ofHours(24);

    /** They speak of this user; all others speak of this proxy. */
    private static final Set<String> OF_USER =
            Set.of(OAuth2Error.INVALID_GRANT.getCode(), OAuth2Error.ACCESS_DENIED.getCode());

    private static final Logger LOG = System.getLogger(TokenExchangeEndpoint.class.getName());

    private final ExchangeServers servers;
    private final ProxyCredential credential;
    private final IssuerCalls calls;
    private final Clock clock;

    @Inject
    TokenExchangeEndpoint(ExchangeServers servers, ProxyCredential credential, IssuerCalls calls, Clock clock) {
        this.servers = servers;
        this.credential = credential;
        this.calls = calls;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected TokenExchangeEndpoint() {
        this(null, null, null, null);
    }

    @Override
    public ExchangedToken exchange(Secret subjectToken, BackendCredential.Exchange target) {
        TokenRequest request = request(subjectToken, target);
        TokenResponse response = parse(calls.once(IssuerCalls.Endpoint.EXCHANGE, request.toHTTPRequest()));
        if (!response.indicatesSuccess()) {
            throw refused(response.toErrorResponse().getErrorObject(), target);
        }
        return accepted(response.toSuccessResponse().getTokens().getBearerAccessToken());
    }

    private TokenRequest request(Secret subjectToken, BackendCredential.Exchange target) {
        URI endpoint = servers.tokenEndpoint(target.issuer());
        TokenExchangeGrant grant = new TokenExchangeGrant(
                new BearerAccessToken(subjectToken.value()),
                TokenTypeURI.ACCESS_TOKEN,
                null,
                null,
                TokenTypeURI.ACCESS_TOKEN,
                List.of(new Audience(target.audience())));
        TokenRequest.Builder request =
                new TokenRequest.Builder(endpoint, credential.of(target.client(), endpoint), grant);
        return (target.scope().isEmpty() ? request : request.scope(target.scope())).build();
    }

    private static TokenResponse parse(HTTPResponse response) {
        try {
            if (response.getStatusCode() >= 300 && response.getStatusCode() < 400) {
                throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
            }
            return TokenResponse.parse(response);
        } catch (ParseException e) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    /** Anything but a bearer token could not be used as one, whatever it is: {@code N_A} says so itself (2.2.1). */
    private ExchangedToken accepted(BearerAccessToken token) {
        if (token == null || !TokenTypeURI.ACCESS_TOKEN.equals(token.getIssuedTokenType())) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        Duration lifetime = token.getLifetime() > 0 ? Duration.ofSeconds(token.getLifetime()) : UNNAMED_LIFETIME;
        Duration bounded = lifetime.compareTo(LONGEST_LIFETIME) > 0 ? LONGEST_LIFETIME : lifetime;
        return new ExchangedToken(new Secret(token.getValue()), clock.instant().plus(bounded));
    }

    private static Rejection refused(ErrorObject error, BackendCredential.Exchange target) {
        String code = Optional.ofNullable(error.getCode())
                .filter(TokenEndpoint.KNOWN_ERRORS::contains)
                .orElse("no known error");
        if (OF_USER.contains(code)) {
            LOG.log(Level.DEBUG, "Okta exchanges no token of this user for {0}: {1}", target.audience(), code);
            return Rejection.of(Reason.EXCHANGE_DENIED);
        }
        LOG.log(
                Level.WARNING,
                "Okta refused to exchange tokens for the audience {0} with {1}: check the …_CREDENTIAL_… and"
                        + " OKTA_EXCHANGE_… settings, and that application and access policy in Okta allow it",
                target.audience(),
                code);
        return Rejection.of(Reason.EXCHANGE_REFUSED);
    }
}
