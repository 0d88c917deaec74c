package org.mcpproxy.upstream;

import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTParser;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRevocationRequest;
import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.BearerAccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Token;
import com.nimbusds.openid.connect.sdk.LogoutRequest;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.oauth.AuthenticationEvent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/** The configured issuer as an OpenID Connect relying party uses it, over MicroProfile REST Client. */
@ApplicationScoped
class OpenIdProvider implements IdentityProvider {

    /** RFC 6749 5.1 lets an issuer leave {@code expires_in} out; Okta's shortest lifetime is then a safe guess. */
    private static final Duration UNNAMED_LIFETIME = Duration.ofMinutes(5);

    private static final Logger LOG = System.getLogger(OpenIdProvider.class.getName());

    private final Settings settings;
    private final Discovery discovery;
    private final ProxyCredential credential;
    private final TokenEndpoint tokenEndpoint;
    private final IdTokens idTokens;
    private final People people;
    private final IssuerCalls calls;
    private final AuthorizationRequests requests;
    private final Clock clock;

    @Inject
    OpenIdProvider(
            Settings settings,
            Discovery discovery,
            ProxyCredential credential,
            TokenEndpoint tokenEndpoint,
            IdTokens idTokens,
            People people,
            IssuerCalls calls,
            AuthorizationRequests requests,
            Clock clock) {
        this.settings = settings;
        this.discovery = discovery;
        this.credential = credential;
        this.tokenEndpoint = tokenEndpoint;
        this.idTokens = idTokens;
        this.people = people;
        this.calls = calls;
        this.requests = requests;
        this.clock = clock;
    }

    /** For CDI's proxy. */
    protected OpenIdProvider() {
        this(null, null, null, null, null, null, null, null, null);
    }

    @Override
    public URI issuer() {
        return discovery.current().issuer();
    }

    @Override
    public SignOnRequest begin(SignOnDemands demands) {
        return requests.begin(demands);
    }

    @Override
    public SignOn redeem(String code, String issuer, Secret codeVerifier, Secret nonce) {
        requireIssuer(issuer);
        AuthorizationCodeGrant grant = new AuthorizationCodeGrant(
                authorizationCode(code),
                AuthorizationRequests.redirectUri(settings),
                new CodeVerifier(codeVerifier.value()));
        Optional<PossessionKey> key = newKey();
        OIDCTokens tokens = tokenEndpoint.exchange(grant, Reason.OKTA_ANSWER_INVALID, key);
        UpstreamTokens kept = upstreamTokens(tokens, Optional.empty(), idToken(tokens), key);
        try {
            requireAsAsked(tokens, key);
            return signOn(tokens, kept, nonce);
        } catch (Rejection rejection) {
            giveBack(kept);
            throw rejection;
        }
    }

    private static void requireAsAsked(OIDCTokens tokens, Optional<PossessionKey> key) {
        if (!TokenEndpoint.areAsAsked(tokens, key)) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private SignOn signOn(OIDCTokens tokens, UpstreamTokens kept, Secret nonce) {
        IDTokenClaimsSet claims = idTokens.validate(tokens, new Nonce(nonce.value()));
        LOG.log(Level.DEBUG, "The ID token is valid");
        User user = people.identify(claims, tokens.getAccessToken(), kept.possessionKey());
        return new SignOn(user, kept, AuthenticationEvent.of(claims.toJSONObject()));
    }

    /** Tokens that nobody will use; where Okta cannot be told so, they end by themselves. */
    private void giveBack(UpstreamTokens tokens) {
        try {
            revoke(tokens);
        } catch (Rejection e) {
            LOG.log(Level.WARNING, "The tokens of a sign-on that failed could not be revoked at Okta: {0}", e.reason());
        }
    }

    @Override
    public RefreshedTokens refresh(UpstreamTokens old) {
        Secret refreshToken = old.refreshToken().orElseThrow(() -> Rejection.of(Reason.OKTA_SESSION_ENDED));
        Optional<PossessionKey> key = old.possessionKey().or(this::newKey);
        OIDCTokens tokens = tokenEndpoint.exchange(
                new RefreshTokenGrant(new RefreshToken(refreshToken.value())), Reason.OKTA_SESSION_ENDED, key);
        UpstreamTokens kept = upstreamTokens(tokens, old.refreshToken(), old.idToken(), key);
        return TokenEndpoint.areAsAsked(tokens, key)
                ? new RefreshedTokens(kept, idToken(tokens))
                : new RefreshedTokens(ended(kept, old.possessionKey()), Optional.empty(), false);
    }

    /** Whose access token is not to be used: the next refresh is due at once. */
    private UpstreamTokens ended(UpstreamTokens tokens, Optional<PossessionKey> key) {
        return new UpstreamTokens(tokens.accessToken(), tokens.refreshToken(), tokens.idToken(), clock.instant(), key);
    }

    /** A grant that has one keeps it, whatever is set since: Okta may have bound its refresh token to it. */
    private Optional<PossessionKey> newKey() {
        return TokenBinding.newKey(settings.okta(), discovery.current());
    }

    @Override
    public UpstreamTokens validated(RefreshedTokens refreshed) {
        UpstreamTokens tokens = refreshed.tokens();
        return refreshed
                .idToken()
                .filter(idToken -> isAcceptable(idToken, tokens))
                .map(tokens::with)
                .orElse(tokens);
    }

    @Override
    public void revoke(UpstreamTokens tokens) {
        discovery
                .current()
                .revocationEndpoint()
                .ifPresent(endpoint -> requireAccepted(calls.once(
                        IssuerCalls.Endpoint.REVOCATION,
                        new TokenRevocationRequest(endpoint, credential.at(endpoint), revocable(tokens))
                                .toHTTPRequest())));
    }

    @Override
    public Optional<URI> endSession(Secret idTokenHint, URI returnTo) {
        try {
            return discovery
                    .current()
                    .endSessionEndpoint()
                    .map(endpoint -> new LogoutRequest(
                                    endpoint, parsed(idTokenHint), null, client(), returnTo, null, null)
                            .toURI());
        } catch (Rejection e) {
            return Optional.empty();
        }
    }

    /** RFC 9207 2.4: an answer of another issuer, carried here by a mix-up attack, is known by its name. */
    private void requireIssuer(String issuer) {
        ProviderMetadata provider = discovery.current();
        boolean acceptable = issuer == null
                ? !provider.namesItself()
                : issuer.equals(provider.issuer().toString());
        if (!acceptable) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
    }

    private static AuthorizationCode authorizationCode(String code) {
        if (code == null || code.isBlank()) {
            throw Rejection.of(Reason.OKTA_ANSWER_INVALID);
        }
        return new AuthorizationCode(code);
    }

    /** RFC 7009 2.2.1: whatever else is said of the token, it is not alive; but this says something of us. */
    private static void requireAccepted(HTTPResponse response) {
        if (response.getStatusCode() == HTTPResponse.SC_UNAUTHORIZED) {
            throw Rejection.of(Reason.OKTA_REFUSED_PROXY);
        }
    }

    private boolean isAcceptable(Secret idToken, UpstreamTokens tokens) {
        IDTokenClaimsSet claims;
        try {
            claims = idTokens.validate(
                    new OIDCTokens(
                            parsed(idToken),
                            new BearerAccessToken(tokens.accessToken().value()),
                            null),
                    null);
        } catch (Rejection e) {
            if (e.reason() != Reason.ID_TOKEN_INVALID) {
                throw e;
            }
            LOG.log(Level.DEBUG, "The refreshed ID token is left aside");
            return false;
        }
        tokens.idToken().ifPresent(previous -> requireSamePerson(claims, previous));
        return true;
    }

    private static void requireSamePerson(IDTokenClaimsSet claims, Secret previous) {
        if (!claims.getSubject().getValue().equals(subject(previous))) {
            throw Rejection.of(Reason.ID_TOKEN_INVALID);
        }
    }

    private static String subject(Secret idToken) {
        try {
            return parsed(idToken).getJWTClaimsSet().getSubject();
        } catch (ParseException e) {
            throw new IllegalStateException("The kept ID token has no claims");
        }
    }

    /** Of a token that was a JWT when it came. */
    private static JWT parsed(Secret idToken) {
        try {
            return JWTParser.parse(idToken.value());
        } catch (ParseException e) {
            throw new IllegalStateException("The kept ID token is no JWT");
        }
    }

    private UpstreamTokens upstreamTokens(
            OIDCTokens tokens,
            Optional<Secret> oldRefreshToken,
            Optional<Secret> idToken,
            Optional<PossessionKey> key) {
        Optional<Secret> refreshToken =
                Optional.ofNullable(tokens.getRefreshToken()).map(token -> new Secret(token.getValue()));
        AccessToken accessToken = tokens.getAccessToken();
        return new UpstreamTokens(
                new Secret(accessToken.getValue()),
                refreshToken.or(() -> oldRefreshToken),
                idToken,
                expiry(accessToken),
                key);
    }

    private Instant expiry(AccessToken accessToken) {
        return clock.instant()
                .plus(accessToken.getLifetime() > 0 ? Duration.ofSeconds(accessToken.getLifetime()) : UNNAMED_LIFETIME);
    }

    private static Optional<Secret> idToken(OIDCTokens tokens) {
        return Optional.ofNullable(tokens.getIDToken()).map(JWT::serialize).map(Secret::new);
    }

    private static Token revocable(UpstreamTokens tokens) {
        return tokens.refreshToken()
                .<Token>map(token -> new RefreshToken(token.value()))
                .orElseGet(() -> new BearerAccessToken(tokens.accessToken().value()));
    }

    private ClientID client() {
        return new ClientID(settings.okta().clientId());
    }
}
