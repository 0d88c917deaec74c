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
import org.mcpproxy.client.Client;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;

/** Makes the tokens of an answer, alike for every grant type. */
@Singleton
public class TokenMint {

    private final AccessTokens accessTokens;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public TokenMint(AccessTokens accessTokens, Settings settings, RandomGenerator random, Clock clock) {
        this.accessTokens = accessTokens;
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
     * An access token, together with a refresh token. The caller stores {@link #stored}.
     *
     * @param scope what this access token is for; no more than was granted
     */
    public TokenAnswer mint(Grant grant, Client client, Scope scope, Optional<RefreshTokenValue> refreshToken) {
        Instant expiresAt =
                clock.instant().plus(settings.lifetimes().accessToken()).truncatedTo(ChronoUnit.SECONDS);
        Secret accessToken = accessTokens.mint(new AccessToken(
                grant.user().id(),
                client.id(),
                grant.resource(),
                scope,
                grant.id(),
                Secret.random(random).value(),
                expiresAt,
                Optional.of(grant.profile())));
        return new TokenAnswer(
                accessToken,
                expiresAt,
                refreshToken.map(RefreshTokenValue::whole),
                scope,
                grant.user().id(),
                grant.id());
    }

    /** How a new refresh token is kept. */
    public RefreshToken stored(RefreshTokenValue refreshToken, Grant grant) {
        return new RefreshToken(
                refreshToken.whole().hash(),
                refreshToken.family().hash(),
                grant.id(),
                grant.clientId(),
                clock.instant().plus(settings.lifetimes().refreshToken()),
                Optional.empty());
    }
}
