package org.mcpproxy.relay;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.audit.Trail;
import org.mcpproxy.config.Backend;
import org.mcpproxy.config.BackendCredential;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;
import org.mcpproxy.signing.Identity;
import org.mcpproxy.signing.IdentityTokens;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.upstream.UpstreamTokens;

/**
 * What each backend is sent to know who calls, as its settings say. Kept for as long as it is good, so that most requests
 * ask neither the store nor Okta, and sign nothing. Whether the grant lives has been asked before.
 */
@Singleton
public class BackendCredentials {

    private static final int MOST = 20_000;

    /** What is left of a token's time when it is sent. */
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final IdentityTokens identities;
    private final CallerProfiles profiles;
    private final UpstreamSession okta;
    private final ExchangedTokens exchanged;
    private final GrantEnding ending;
    private final Clock clock;

    /** For no longer than an identity is good, so that nobody's token of Okta lies about unused. */
    private final Cache<Key, Kept> kept = Caffeine.newBuilder()
            .maximumSize(MOST)
            .expireAfterWrite(IdentityTokens.LIFETIME)
            .executor(Runnable::run)
            .build();

    @Inject
    public BackendCredentials(
            IdentityTokens identities,
            CallerProfiles profiles,
            UpstreamSession okta,
            ExchangedTokens exchanged,
            GrantEnding ending,
            Clock clock) {
        this.identities = identities;
        this.profiles = profiles;
        this.okta = okta;
        this.exchanged = exchanged;
        this.ending = ending;
        this.clock = clock;
    }

    /** Whether {@link #of} answers at once. */
    boolean isAtHand(Backend backend, Caller caller) {
        if (isIdentity(backend)) {
            return profiles.isAtHand(caller);
        }
        if (isExchange(backend)) {
            return exchanged.isAtHand(backend, caller.grant().orElseThrow());
        }
        return !mayAskOkta(backend) || good(Key.of(backend, caller)).isPresent();
    }

    /** Whether {@link #of} may wait for Okta, where it does not answer at once. */
    static boolean mayAskOkta(Backend backend) {
        return backend.needsUser();
    }

    /** Whether what it is sent is good for a time only. */
    static boolean expires(Backend backend) {
        return isIdentity(backend) || mayAskOkta(backend);
    }

    private static boolean isExchange(Backend backend) {
        return backend.credential() instanceof BackendCredential.Exchange;
    }

    private static boolean isIdentity(Backend backend) {
        return backend.credential() instanceof BackendCredential.Identity;
    }

    /**
     * The header that this backend is sent with requests of this caller.
     *
     * @throws Rejection {@code TOKEN_REVOKED} where the grant, or the session at Okta behind it, has ended,
     *     {@code USER_NEEDED}, {@code OKTA_UNAVAILABLE} or {@code STORE_UNAVAILABLE}, {@code EXCHANGE_DENIED} or {@code EXCHANGE_REFUSED}
     */
    Optional<Header> of(Backend backend, Caller caller, Trail trail) {
        if (backend.needsUser() && caller.user().isEmpty()) {
            throw Rejection.of(Reason.USER_NEEDED);
        }
        if (backend.credential() instanceof BackendCredential.Static fixed) {
            return Optional.of(new Header(fixed.header(), fixed.value().value()));
        }
        return expires(backend) ? Optional.of(bearer(token(backend, caller, trail))) : Optional.empty();
    }

    private static Header bearer(Secret token) {
        return new Header("Authorization", "Bearer " + token.value());
    }

    private Secret token(Backend backend, Caller caller, Trail trail) {
        if (isExchange(backend)) {
            return exchanged.of(
                    backend,
                    caller.grant().orElseThrow(),
                    () -> fresh(caller, trail).accessToken());
        }
        Key key = Key.of(backend, caller);
        return good(key).orElseGet(() -> {
            Kept made = isIdentity(backend) ? identityToken(backend, caller) : oktaToken(caller, trail);
            kept.put(key, made);
            return made.token();
        });
    }

    private Optional<Secret> good(Key key) {
        return Optional.ofNullable(kept.getIfPresent(key))
                .filter(found -> clock.instant().isBefore(found.expiresAt().minus(MARGIN)))
                .map(Kept::token);
    }

    private Kept identityToken(Backend backend, Caller caller) {
        Instant expiresAt = clock.instant().plus(IdentityTokens.LIFETIME);
        return new Kept(identities.mint(identity(caller), backend.url().toString()), expiresAt);
    }

    private Identity identity(Caller caller) {
        return new Identity(
                caller.user().orElse(caller.client()), caller.client(), profiles.of(caller), caller.grant());
    }

    private Kept oktaToken(Caller caller, Trail trail) {
        UpstreamTokens fresh = fresh(caller, trail);
        return new Kept(fresh.accessToken(), fresh.accessTokenExpiresAt());
    }

    /** Where Okta has ended the session, the grant ends too: the client is to sign on again. */
    private UpstreamTokens fresh(Caller caller, Trail trail) {
        String grant = caller.grant().orElseThrow();
        try {
            return requireBearer(okta.fresh(grant));
        } catch (Rejection e) {
            if (e.reason() != Reason.OKTA_SESSION_ENDED) {
                throw e;
            }
            ending.end(grant, Cause.OKTA_SESSION_ENDED, trail);
            throw Rejection.of(Reason.TOKEN_REVOKED, e);
        }
    }

    /** Those of a sign-on before OKTA_DPOP was switched off are bound to a key yet: another sign-on brings others. */
    private static UpstreamTokens requireBearer(UpstreamTokens tokens) {
        if (tokens.possessionKey().isPresent()) {
            throw Rejection.of(Reason.OKTA_SESSION_ENDED);
        }
        return tokens;
    }

    /**
     * Clients may act under one grant (RFC 8693), each in its own name.
     *
     * @param grant none of Okta's tokens
     * @param profile what Okta's token itself says of its user, which another of the same user may say otherwise
     */
    private record Key(
            String backend, Optional<String> grant, Optional<String> user, String client, Optional<Profile> profile) {

        static Key of(Backend backend, Caller caller) {
            return new Key(
                    backend.name(),
                    caller.grant(),
                    caller.user(),
                    caller.client(),
                    caller.grant().isPresent() ? Optional.empty() : caller.profile());
        }
    }

    private record Kept(Secret token, Instant expiresAt) {}
}
