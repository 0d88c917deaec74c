package org.mcpproxy.okta;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * What kind of org to stand in for.
 *
 * @param port 0 for a free one
 * @param orgServer the org authorization server (issuer is the base URL, access tokens are opaque) instead of the custom
 *     server {@code default}
 * @param audience {@code aud} of the custom server's access tokens
 * @param customScopes scopes of the custom server, beside OpenID Connect's
 * @param pushedRequests whether requests can be pushed (RFC 9126), and the metadata say so
 */
public record OktaOptions(
        int port,
        boolean orgServer,
        String audience,
        Set<String> customScopes,
        List<OktaUser> users,
        Duration accessTokenLifetime,
        Duration refreshTokenLifetime,
        boolean pushedRequests) {

    /** A custom server for {@code api://mcp} with the scope {@code mcp}, and Alice and Bob. */
    public static OktaOptions custom() {
        return new OktaOptions(
                0,
                false,
                "api://mcp",
                Set.of("mcp"),
                List.of(OktaUser.ALICE, OktaUser.BOB),
                Duration.ofHours(1),
                Duration.ofDays(7),
                false);
    }

    public static OktaOptions org() {
        OktaOptions custom = custom();
        return new OktaOptions(
                0, true, "", Set.of(), custom.users, custom.accessTokenLifetime, custom.refreshTokenLifetime, false);
    }

    public OktaOptions withPort(int fixed) {
        return new OktaOptions(
                fixed,
                orgServer,
                audience,
                customScopes,
                users,
                accessTokenLifetime,
                refreshTokenLifetime,
                pushedRequests);
    }

    public OktaOptions withAudience(String other) {
        return new OktaOptions(
                port, orgServer, other, customScopes, users, accessTokenLifetime, refreshTokenLifetime, pushedRequests);
    }

    public OktaOptions withUsers(List<OktaUser> others) {
        return new OktaOptions(
                port,
                orgServer,
                audience,
                customScopes,
                others,
                accessTokenLifetime,
                refreshTokenLifetime,
                pushedRequests);
    }

    public OktaOptions withAccessTokenLifetime(Duration lifetime) {
        return new OktaOptions(
                port, orgServer, audience, customScopes, users, lifetime, refreshTokenLifetime, pushedRequests);
    }

    public OktaOptions withPushedRequests() {
        return new OktaOptions(
                port, orgServer, audience, customScopes, users, accessTokenLifetime, refreshTokenLifetime, true);
    }

    String contextPath() {
        return orgServer ? "" : "/oauth2/default";
    }
}
