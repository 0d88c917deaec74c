package org.mcpproxy.token;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.client.PreregisteredClient;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.AccessTokens;
import org.mcpproxy.signing.IdentityToken;
import org.mcpproxy.signing.IdentityTokens;

/**
 * Says of a token whether it is active, to whom it concerns and to nobody else (RFC 7662 2.2 and 4): an MCP server learns of
 * access tokens for its own resource and of what it was told itself of who calls, a client of its own refresh tokens. Of
 * whatever else it learns no more than of what never was.
 */
@Singleton
public class Introspection {

    private final AccessTokens accessTokens;
    private final IdentityTokens identityTokens;
    private final RefreshTokens refreshTokens;
    private final Grants grants;
    private final LiveGrants live;
    private final PreregisteredClients clients;
    private final Settings settings;

    @Inject
    public Introspection(
            AccessTokens accessTokens,
            IdentityTokens identityTokens,
            RefreshTokens refreshTokens,
            Grants grants,
            LiveGrants live,
            PreregisteredClients clients,
            Settings settings) {
        this.accessTokens = accessTokens;
        this.identityTokens = identityTokens;
        this.refreshTokens = refreshTokens;
        this.grants = grants;
        this.live = live;
        this.clients = clients;
        this.settings = settings;
    }

    /**
     * Empty where it is not active, or none of the asking client's concern.
     *
     * @throws Rejection {@code STORE_UNAVAILABLE} where nobody can tell at present
     */
    Optional<Introspected> of(Secret token, PreregisteredClient asking) {
        return refreshToken(token, asking)
                .or(() -> Judged.of(() -> accessTokens.verify(token)).flatMap(found -> accessToken(found, asking)))
                .or(() -> Judged.of(() -> identityTokens.verify(token)).flatMap(found -> identity(found, asking)));
    }

    /** One that was used is not active, though its client may still hear the same answer again. */
    private Optional<Introspected> refreshToken(Secret token, PreregisteredClient asking) {
        return RefreshTokenValue.parse(token.value())
                .flatMap(value -> refreshTokens.find(value.whole().hash()))
                .filter(found -> found.clientId().equals(asking.client().id()))
                .filter(found -> found.rotation().isEmpty())
                .flatMap(found -> grants.find(found.grantId()).map(grant -> refreshToken(found, grant)));
    }

    private static Introspected refreshToken(RefreshToken token, Grant grant) {
        return new Introspected(
                grant.user().id(),
                grant.user().id(),
                token.clientId(),
                grant.resources().all(),
                Optional.of(grant.scope()),
                Optional.empty(),
                Optional.of(grant.id()),
                token.expiresAt());
    }

    private Optional<Introspected> accessToken(AccessToken token, PreregisteredClient asking) {
        boolean active =
                asking.introspects().contains(token.audience()) && live.isLive(token.grantId()) && mayStillHave(token);
        return active
                ? Optional.of(new Introspected(
                        token.isOfService() ? null : token.subject(),
                        token.subject(),
                        token.clientId(),
                        List.of(token.audience()),
                        Optional.of(token.scope()),
                        Optional.of(TokenAnswer.type(token.keyThumbprint())),
                        Optional.of(token.grantId()),
                        token.expiresAt(),
                        token.actors(),
                        token.keyThumbprint(),
                        token.authentication()))
                : Optional.empty();
    }

    /** As the file is now, where the client has it by that file alone. */
    private boolean mayStillHave(AccessToken token) {
        if (token.isOfService()) {
            return clients.findActing(token.clientId(), token.audience(), token.scope())
                    .isPresent();
        }
        return !token.isExchanged() || clients.allowActing(token.clientId(), token.audience(), token.scope());
    }

    private Optional<Introspected> identity(IdentityToken token, PreregisteredClient asking) {
        boolean active = asking.introspects().stream()
                        .flatMap(resource -> settings.backendOf(resource).stream())
                        .anyMatch(backend -> isToldBy(token, backend))
                && token.grantId()
                        .map(grant -> live.isLive(grant) && mayStillAct(token, asking))
                        .orElse(true);
        return active
                ? Optional.of(new Introspected(
                        token.subject().equals(token.clientId()) ? null : token.subject(),
                        token.subject(),
                        token.clientId(),
                        List.of(token.audience()),
                        Optional.empty(),
                        Optional.empty(),
                        token.grantId(),
                        token.expiresAt()))
                : Optional.empty();
    }

    /** What the file no longer lets a client have, it no longer is for anybody. */
    private boolean mayStillAct(IdentityToken token, PreregisteredClient asking) {
        return !token.subject().equals(token.clientId())
                || clients.find(token.clientId())
                        .filter(PreregisteredClient::mayActForItself)
                        .filter(client -> asking.introspects().stream().anyMatch(client::mayReach))
                        .isPresent();
    }

    private static boolean isToldBy(IdentityToken token, Backend backend) {
        return backend.credential() instanceof BackendCredential.Identity
                && backend.url().toString().equals(token.audience());
    }
}
