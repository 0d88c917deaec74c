package org.mcpproxy.relay;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.mcpproxy.config.Settings;
import org.mcpproxy.grant.LiveGrants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.AccessToken;

/** Checks our own access tokens, at {@code /mcp}. */
@ApplicationScoped
public class OwnTokenCheck implements BearerCheck {

    private final Settings settings;
    private final VerifiedTokens tokens;
    private final LiveGrants grants;

    @Inject
    public OwnTokenCheck(Settings settings, VerifiedTokens tokens, LiveGrants grants) {
        this.settings = settings;
        this.tokens = tokens;
        this.grants = grants;
    }

    /** For CDI's proxy. */
    protected OwnTokenCheck() {
        this(null, null, null);
    }

    @Override
    public Caller caller(HttpServletRequest request) {
        return caller(Collections.list(request.getHeaders("Authorization")), request.getQueryString());
    }

    /** @param query the raw query string, or null */
    Caller caller(List<String> authorizations, String query) {
        AccessToken token = tokens.verify(
                PresentedToken.find(authorizations, query),
                settings.mcpResource().toString());
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
                token.expiresAt());
    }

    /** A stream may outlive the access token that opened it, but never the grant. */
    @Override
    public boolean standing(Caller caller) {
        return caller.grant().map(grants::isLive).orElse(false);
    }
}
