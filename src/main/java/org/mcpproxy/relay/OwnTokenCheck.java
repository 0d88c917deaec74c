package org.mcpproxy.relay;

import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.AccessToken;

/** Checks our own access tokens, for each endpoint those that were issued for it. */
@Singleton
public class OwnTokenCheck implements BearerCheck {

    private final VerifiedTokens tokens;
    private final LiveGrants grants;

    @Inject
    public OwnTokenCheck(VerifiedTokens tokens, LiveGrants grants) {
        this.tokens = tokens;
        this.grants = grants;
    }

    @Override
    public Caller caller(HttpServletRequest request, McpEndpoint endpoint) {
        return caller(Collections.list(request.getHeaders("Authorization")), request.getQueryString(), endpoint);
    }

    /** @param query the raw query string, or null */
    Caller caller(List<String> authorizations, String query, McpEndpoint endpoint) {
        AccessToken token = tokens.verify(
                PresentedToken.find(authorizations, query), endpoint.resource().toString());
        if (!grants.isLive(token.grantId())) {
            throw Rejection.of(Reason.TOKEN_REVOKED);
        }
        if (!token.scope().contains(Scopes.MCP)) {
            throw Rejection.of(Reason.SCOPE_INSUFFICIENT);
        }
        return new Caller(
                Optional.of(token.subject()),
                token.clientId(),
                token.scope(),
                Optional.of(token.grantId()),
                token.expiresAt(),
                token.profile());
    }

    /** A stream may outlive the access token that opened it, but never the grant. */
    @Override
    public boolean standing(Caller caller) {
        return caller.grant().map(grants::isLive).orElse(false);
    }
}
