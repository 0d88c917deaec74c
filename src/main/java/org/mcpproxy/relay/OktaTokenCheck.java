package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.util.Collections;
import java.util.Optional;
import org.mcpproxy.audit.Actor;
import org.mcpproxy.client.PreregisteredClients;
import org.mcpproxy.oauth.PresentedToken;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.signing.Profile;
import org.mcpproxy.upstream.OktaAccessToken;
import org.mcpproxy.upstream.OktaAccessTokens;

/** Checks Okta's own access tokens, at {@code /okta/mcp}. No scope is needed there: the audience alone lets them in. */
@Singleton
public class OktaTokenCheck implements BearerCheck {

    private final OktaAccessTokens tokens;
    private final PreregisteredClients preregistered;
    private final Clock clock;

    @Inject
    public OktaTokenCheck(OktaAccessTokens tokens, PreregisteredClients preregistered, Clock clock) {
        this.tokens = tokens;
        this.preregistered = preregistered;
        this.clock = clock;
    }

    @Override
    public Checked check(HttpServletRequest request, McpEndpoint endpoint) {
        OktaAccessToken token = tokens.verify(
                PresentedToken.find(Collections.list(request.getHeaders("Authorization")), request.getQueryString()),
                request);
        new Actor(token.user().orElse(null), token.client()).lay(request);
        requireNoService(token);
        return Checked.of(new Caller(
                        token.user(),
                        token.client(),
                        token.scope(),
                        Optional.empty(),
                        token.expiresAt(),
                        Optional.of(new Profile(null, token.groups())))
                .signedOn(token.authentication()));
    }

    /** Okta's ids and those of {@code CLIENTS_FILE} are told apart nowhere behind this: nobody may be taken for another. */
    private void requireNoService(OktaAccessToken token) {
        boolean taken = preregistered.find(token.user().orElse(token.client())).isPresent();
        if (taken) {
            throw Rejection.of(Reason.USER_IS_CLIENT);
        }
    }

    /** Nobody tells us when Okta revokes a token, so a stream ends with the token that opened it. */
    @Override
    public boolean standing(Caller caller) {
        return clock.instant().isBefore(caller.expiresAt());
    }
}
