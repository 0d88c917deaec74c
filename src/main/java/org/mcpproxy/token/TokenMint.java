package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.mcpproxy.client.Client;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.OpenIdToken;
import org.mcpproxy.signing.OpenIdTokens;

/** Makes the tokens of an answer, alike for every grant type. */
@Singleton
public class TokenMint {

    private final AccessTokens accessTokens;
    private final OpenIdTokens idTokens;
    private final PreregisteredClients preregistered;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public TokenMint(
            AccessTokens accessTokens,
            OpenIdTokens idTokens,
            PreregisteredClients preregistered,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.accessTokens = accessTokens;
        this.idTokens = idTokens;
        this.preregistered = preregistered;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    /**
     * The first refresh token of a grant, where the client is registered for one: many clients never ask for
     * {@code offline_access} and rely on it all the same.
     */
    public Optional<RefreshTokenValue> firstRefreshToken(Client client) {
        return client.mayUse(GrantType.REFRESH_TOKEN) ? Optional.of(RefreshTokenValue.first(random)) : Optional.empty();
    }

    /**
     * An access token, together with a refresh token, and an ID token where the scope has {@code openid}. The caller stores
     * {@link #stored}.
     *
     * @param resource of those that were granted the one that this access token is for
     * @param asked what this access token is for, no more than was granted. Where several resources were, the token has of it what
     *     means something at this one (RFC 8707 2.2)
     * @param nonce for the ID token; none after a refresh (OpenID Connect Core 12.2)
     * @throws Rejection {@code CLIENT_CUT_BACK}, or {@code SCOPE_UNKNOWN} where nothing is left
     */
    public TokenAnswer mint(
            Grant grant,
            TokenRequest request,
            String resource,
            Scope asked,
            Optional<RefreshTokenValue> refreshToken,
            Optional<String> nonce) {
        Client client = request.client();
        Scope scope = grant.resources().areSeveral() ? scopeAt(resource, asked) : asked;
        if (!preregistered.allow(client, resource, scope)) {
            throw Rejection.of(Reason.CLIENT_CUT_BACK);
        }
        AccessToken token = new AccessToken(
                        grant.user().id(),
                        client.id(),
                        resource,
                        scope,
                        grant.id(),
                        Secret.random(random).value(),
                        expiry(),
                        Optional.of(grant.profile()))
                .boundTo(request.keyThumbprint())
                .signedOn(grant.authentication());
        TokenAnswer answer = answer(token, refreshToken, grant.user().id());
        return scope.contains(Scopes.OPENID) ? answer.with(idToken(grant, client, answer, nonce)) : answer;
    }

    private Scope scopeAt(String resource, Scope asked) {
        Scope scope = settings.scopesAt(resource, asked);
        if (scope.isEmpty()) {
            throw Rejection.of(Reason.SCOPE_UNKNOWN);
        }
        return scope;
    }

    private Secret idToken(Grant grant, Client client, TokenAnswer answer, Optional<String> nonce) {
        return idTokens.mint(new OpenIdToken(
                grant.user().id(),
                client.id(),
                nonce,
                grant.authentication(),
                answer.accessToken(),
                answer.expiresAt()));
    }

    /**
     * An access token of which the client is the subject itself (RFC 9068 2.2). Its grant is its own, and nothing is kept of
     * it: the store hears of it where it is revoked.
     */
    public TokenAnswer mintForItself(TokenRequest request, String resource, Scope scope) {
        Client client = request.client();
        AccessToken token = new AccessToken(
                        client.id(),
                        client.id(),
                        resource,
                        scope,
                        Secret.random(random).value(),
                        Secret.random(random).value(),
                        expiry(),
                        Optional.empty())
                .boundTo(request.keyThumbprint());
        return answer(token, Optional.empty(), null);
    }

    /**
     * An access token by which this client acts for the user of another one. It rests on the same grant, and lives no longer.
     *
     * @param subject the other token
     */
    public TokenAnswer mintForUserOf(AccessToken subject, TokenRequest request, String resource, Scope scope) {
        Client client = request.client();
        Instant expiry = expiry();
        AccessToken token = new AccessToken(
                        subject.subject(),
                        client.id(),
                        resource,
                        scope,
                        subject.grantId(),
                        Secret.random(random).value(),
                        subject.expiresAt().isBefore(expiry) ? subject.expiresAt() : expiry,
                        subject.profile())
                .actedWithBy(Stream.concat(Stream.of(client.id()), subject.actors().stream())
                        .toList())
                .boundTo(request.keyThumbprint())
                .signedOn(subject.authentication());
        return answer(token, Optional.empty(), subject.subject()).asExchanged();
    }

    private TokenAnswer answer(AccessToken token, Optional<RefreshTokenValue> refreshToken, String user) {
        return new TokenAnswer(
                accessTokens.mint(token),
                token.expiresAt(),
                refreshToken.map(RefreshTokenValue::whole),
                token.scope(),
                user,
                token.grantId(),
                token.keyThumbprint(),
                token.audience());
    }

    private Instant expiry() {
        return clock.instant().plus(settings.lifetimes().accessToken()).truncatedTo(ChronoUnit.SECONDS);
    }

    /** How a new refresh token is kept. A confidential client's is bound to the client, which may change its key (RFC 9449 5). */
    public RefreshToken stored(RefreshTokenValue refreshToken, Grant grant, TokenRequest request) {
        return new RefreshToken(
                refreshToken.whole().hash(),
                refreshToken.family().hash(),
                grant.id(),
                grant.clientId(),
                request.client().isPublic() ? request.keyThumbprint() : Optional.empty(),
                clock.instant().plus(settings.lifetimes().refreshToken()),
                Optional.empty());
    }
}
