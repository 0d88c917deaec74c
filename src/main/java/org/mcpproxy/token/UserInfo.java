package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.Scope;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import net.minidev.json.JSONObject;
import org.mcpproxy.grant.Grant;
import org.mcpproxy.grant.Grants;
import org.mcpproxy.oauth.Reason;
import org.mcpproxy.oauth.Rejection;
import org.mcpproxy.oauth.Scopes;
import org.mcpproxy.signing.AccessToken;
import org.mcpproxy.upstream.User;
import org.mcpproxy.web.RateLimit;

/**
 * What a client may be told of its user (OpenID Connect Core 5.3.2), by what they allowed it: never their groups, which are
 * for the policy and the MCP servers alone.
 */
@Singleton
public class UserInfo {

    /** One sign-on needs it once. */
    private static final int MOST_OF_GRANT = 60;

    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final Grants grants;
    private final RateLimit asked;

    @Inject
    public UserInfo(Grants grants, Clock clock) {
        this.grants = grants;
        this.asked = new RateLimit(MOST_OF_GRANT, WINDOW, clock);
    }

    /**
     * @param token that was verified; for whichever of our resources it is
     * @throws Rejection {@code SCOPE_INSUFFICIENT} where the user did not allow it, {@code TOKEN_REVOKED} where they no longer
     *     do, {@code STORE_UNAVAILABLE}, or {@code TOO_MANY_REQUESTS} where this was asked too often
     */
    JSONObject of(AccessToken token) {
        if (!token.scope().contains(Scopes.OPENID)) {
            throw Rejection.needing(new Scope(Scopes.OPENID));
        }
        limit(token.grantId());
        Grant grant = grants.find(token.grantId()).orElseThrow(() -> Rejection.of(Reason.TOKEN_REVOKED));
        return claims(grant.user(), token.scope());
    }

    /** Each answer is read from the store, and written into the audit: a client could keep both busy with one token. */
    private void limit(String grantId) {
        if (!asked.take(grantId)) {
            throw Rejection.until(Reason.TOO_MANY_REQUESTS, asked.pause());
        }
    }

    private static JSONObject claims(User user, Scope scope) {
        JSONObject claims = new JSONObject();
        claims.put("sub", user.id());
        put(claims, "name", user.name(), scope.contains(Scopes.PROFILE));
        put(claims, "email", user.email(), scope.contains(Scopes.EMAIL));
        return claims;
    }

    private static void put(JSONObject claims, String name, String value, boolean allowed) {
        Optional.ofNullable(value).filter(known -> allowed).ifPresent(known -> claims.put(name, known));
    }
}
