package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Collections;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.dpop.HttpCall;
import org.mcpproxy.dpop.Proof;
import org.mcpproxy.dpop.ResourceProofs;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.PresentedToken.Sent;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.signing.Profile;

/**
 * Checks our own access tokens, for each endpoint those that were issued for it, and whether who sends a bound one has its key
 * (RFC 9449 7.1). A token is believed for a few seconds, a proof never.
 */
@Singleton
public class OwnTokenCheck implements BearerCheck {

    private final VerifiedTokens tokens;
    private final ResourceProofs proofs;
    private final LiveGrants grants;
    private final PreregisteredClients preregistered;
    private final Clock clock;

    @Inject
    public OwnTokenCheck(
            VerifiedTokens tokens,
            ResourceProofs proofs,
            LiveGrants grants,
            PreregisteredClients preregistered,
            Clock clock) {
        this.tokens = tokens;
        this.proofs = proofs;
        this.grants = grants;
        this.preregistered = preregistered;
        this.clock = clock;
    }

    @Override
    public Checked check(HttpServletRequest request, McpEndpoint endpoint) {
        Sent sent = PresentedToken.findOfEither(
                Collections.list(request.getHeaders("Authorization")), request.getQueryString());
        AccessToken token = verified(sent, endpoint);
        new Actor(token.isOfService() ? null : token.subject(), token.clientId()).lay(request);
        return check(
                sent,
                token,
                new HttpCall(
                        Collections.list(request.getHeaders(HttpCall.HEADER)),
                        request.getMethod(),
                        endpoint.resource()));
    }

    AccessToken verified(Sent sent, McpEndpoint endpoint) {
        return tokens.verify(sent.token(), endpoint.resource().toString());
    }

    Checked check(Sent sent, AccessToken token, HttpCall call) {
        Optional<Proof> proof = proofs.verify(sent, token.keyThumbprint(), call);
        return new Checked(caller(token), () -> proof.ifPresent(proofs::use));
    }

    private Caller caller(AccessToken token) {
        if (!grants.isLive(token.grantId())) {
            throw Rejection.of(Reason.TOKEN_REVOKED);
        }
        if (!token.scope().contains(Scopes.MCP)) {
            throw Rejection.of(Reason.SCOPE_INSUFFICIENT);
        }
        if (token.isExchanged() && !preregistered.allowActing(token.clientId(), token.audience(), token.scope())) {
            throw Rejection.of(Reason.TOKEN_REVOKED);
        }
        return token.isOfService()
                ? caller(token, Optional.empty(), Optional.of(profile(token)))
                : caller(token, Optional.of(token.subject()), token.profile());
    }

    private static Caller caller(AccessToken token, Optional<String> user, Optional<Profile> profile) {
        return new Caller(
                        user, token.clientId(), token.scope(), Optional.of(token.grantId()), token.expiresAt(), profile)
                .signedOn(token.authentication());
    }

    /**
     * Of a client that acts for itself, as it is registered now: its token says nothing of it, and is of no use once it may
     * not have it any more.
     */
    private Profile profile(AccessToken token) {
        return preregistered
                .findActing(token.clientId(), token.audience(), token.scope())
                .map(client -> new Profile(null, client.groups()))
                .orElseThrow(() -> Rejection.of(Reason.TOKEN_REVOKED));
    }

    @Override
    public boolean standing(Caller caller) {
        return caller.isStanding(grants, clock.instant());
    }
}
