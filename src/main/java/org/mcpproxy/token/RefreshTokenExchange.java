package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.mcpproxy.audit.AuditEvent.GrantRevoked.Cause;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.GrantEnding;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.grant.RefreshToken;
import org.mcpproxy.grant.RefreshToken.Rotation;
import org.mcpproxy.grant.RefreshTokenValue;
import org.mcpproxy.grant.RefreshTokens;
import org.mcpproxy.grant.UpstreamSession;
import org.mcpproxy.oauth.Parameters;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Secret;

/**
 * {@code grant_type=refresh_token} (OAuth 2.1 4.3). The token is exchanged for a new one, and Okta is asked whether the
 * session still stands. A client that repeats the request within the grace gets the same answer again: it may have lost
 * the first one, and some clients refresh from two places at once. Where it asks for another resource of the grant, or for
 * less, it gets an access token for that, with the same new refresh token. Who has not the key that a token is bound to learns nothing
 * (RFC 9449 5), and ends nothing while the token is kept: a token without its key is of no use to a thief.
 */
@Singleton
public class RefreshTokenExchange implements Exchange {

    private final RefreshTokens refreshTokens;
    private final Grants grants;
    private final GrantEnding ending;
    private final UpstreamSession session;
    private final RepeatedAnswers repeatedAnswers;
    private final TokenMint mint;
    private final Settings settings;
    private final RandomGenerator random;
    private final Clock clock;

    @Inject
    public RefreshTokenExchange(
            RefreshTokens refreshTokens,
            Grants grants,
            GrantEnding ending,
            UpstreamSession session,
            RepeatedAnswers repeatedAnswers,
            TokenMint mint,
            Settings settings,
            RandomGenerator random,
            Clock clock) {
        this.refreshTokens = refreshTokens;
        this.grants = grants;
        this.ending = ending;
        this.session = session;
        this.repeatedAnswers = repeatedAnswers;
        this.mint = mint;
        this.settings = settings;
        this.random = random;
        this.clock = clock;
    }

    @Override
    public GrantType grantType() {
        return GrantType.REFRESH_TOKEN;
    }

    @Override
    public TokenAnswer exchange(TokenRequest request) {
        Secret presented = new Secret(request.parameters().get("refresh_token", Reason.REFRESH_TOKEN_MISSING));
        RefreshTokenValue value = RefreshTokenValue.parse(presented.value())
                .orElseThrow(() -> Rejection.of(Reason.REFRESH_TOKEN_UNKNOWN));
        RefreshToken token = find(value, request);
        Grant grant = grants.find(token.grantId()).orElseThrow(() -> Rejection.of(Reason.GRANT_ENDED));
        request.isOf(grant);
        token.keyThumbprint().ifPresent(request::requireKey);
        requireSameClient(token, request);
        Optional<TokenAnswer> first = token.rotation().map(used -> firstAnswer(token, presented, request));
        Asked asked = Asked.of(request, grant);
        if (first.isPresent()) {
            return repeat(first.get(), asked);
        }
        requireOktaSession(grant, request);
        return rotate(value, asked);
    }

    private RefreshToken find(RefreshTokenValue presented, TokenRequest request) {
        return refreshTokens.find(presented.whole().hash()).orElseThrow(() -> unknownOrReused(presented, request));
    }

    /** A token in another client's hands was stolen: the family ends, whoever the thief was. */
    private void requireSameClient(RefreshToken token, TokenRequest request) {
        if (!token.clientId().equals(request.client().id())) {
            ending.end(token.grantId(), Cause.REFRESH_TOKEN_REUSED, request.trail());
            throw Rejection.of(Reason.REFRESH_TOKEN_OF_OTHER_CLIENT);
        }
    }

    /** Of a family that lives, a token that is no longer kept was used before the grace. */
    private Rejection unknownOrReused(RefreshTokenValue presented, TokenRequest request) {
        Optional<Grant> grant = grants.findByFamily(presented.family().hash());
        grant.ifPresent(reused -> {
            request.isOf(reused);
            ending.end(reused.id(), Cause.REFRESH_TOKEN_REUSED, request.trail());
        });
        return Rejection.of(grant.isPresent() ? Reason.REFRESH_TOKEN_REUSED : Reason.REFRESH_TOKEN_UNKNOWN);
    }

    private TokenAnswer rotate(RefreshTokenValue presented, Asked asked) {
        RefreshTokenValue successor = presented.next(random);
        TokenAnswer answer = mint(asked, successor);
        Secret whole = presented.whole();
        Rotation rotation = new Rotation(clock.instant(), repeatedAnswers.seal(answer, whole));
        if (!refreshTokens.rotate(whole.hash(), rotation, mint.stored(successor, asked.grant(), asked.request()))) {
            return repeat(firstAnswer(find(presented, asked.request()), whole, asked.request()), asked);
        }
        return answer;
    }

    private TokenAnswer mint(Asked asked, RefreshTokenValue refreshToken) {
        return mint.mint(
                asked.grant(),
                asked.request(),
                asked.resource(),
                asked.scope(),
                Optional.of(refreshToken),
                Optional.empty());
    }

    private TokenAnswer repeat(TokenAnswer first, Asked asked) {
        if (first.resource().equals(asked.resource()) && asked.scope().containsAll(first.scope())) {
            requireSameKey(first, asked.request());
            return first;
        }
        requireOktaSession(asked.grant(), asked.request());
        return mint(asked, successor(first));
    }

    private static RefreshTokenValue successor(TokenAnswer first) {
        String refreshToken = first.refreshToken().orElseThrow().value();
        return RefreshTokenValue.parse(refreshToken).orElseThrow();
    }

    /** What the token was exchanged for. After the grace its family ends, whatever it was brought for. */
    private TokenAnswer firstAnswer(RefreshToken token, Secret presented, TokenRequest request) {
        Optional<TokenAnswer> answer = token.rotation()
                .filter(rotation -> clock.instant()
                        .isBefore(rotation.at().plus(settings.lifetimes().refreshGrace())))
                .flatMap(rotation -> repeatedAnswers.open(rotation.sealedAnswer(), presented));
        if (answer.isEmpty()) {
            ending.end(token.grantId(), Cause.REFRESH_TOKEN_REUSED, request.trail());
        }
        return answer.orElseThrow(() -> Rejection.of(Reason.REFRESH_TOKEN_REUSED));
    }

    /** The access token of the first answer is bound, or not, as it was asked for then. */
    private static void requireSameKey(TokenAnswer first, TokenRequest request) {
        first.keyThumbprint().ifPresent(request::requireKey);
        if (first.keyThumbprint().isEmpty() && request.keyThumbprint().isPresent()) {
            throw Rejection.of(Reason.PROOF_OF_OTHER_KEY);
        }
    }

    /** Only Okta's own word ends the grant; that it cannot be asked does not. */
    private void requireOktaSession(Grant grant, TokenRequest request) {
        try {
            session.fresh(grant.id());
        } catch (Rejection rejection) {
            if (rejection.reason() == Reason.OKTA_SESSION_ENDED) {
                ending.end(grant.id(), Cause.OKTA_SESSION_ENDED, request.trail());
            }
            throw rejection;
        }
    }

    /** What of its grant the client wants now. */
    private record Asked(Grant grant, String resource, Scope scope, TokenRequest request) {

        static Asked of(TokenRequest request, Grant grant) {
            Parameters parameters = request.parameters();
            return new Asked(grant, RequestedResource.of(parameters, grant), scope(parameters, grant), request);
        }

        /** Narrower than what was granted, or the same (RFC 6749 6). */
        private static Scope scope(Parameters parameters, Grant grant) {
            Scope scope = parameters.find("scope").map(Scope::parse).orElse(grant.scope());
            if (!grant.scope().containsAll(scope)) {
                throw Rejection.of(Reason.SCOPE_EXCEEDS_GRANT);
            }
            return scope;
        }
    }
}
