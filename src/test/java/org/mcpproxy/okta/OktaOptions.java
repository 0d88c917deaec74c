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
 * @param proofs whether the proxy's application must prove possession of a key (DPoP, RFC 9449)
 */
public record OktaOptions(
        int port,
        boolean orgServer,
        String audience,
        Set<String> customScopes,
        List<OktaUser> users,
        Duration accessTokenLifetime,
        Duration refreshTokenLifetime,
        boolean pushedRequests,
        boolean proofs) {

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
                false,
                false);
    }

    public static OktaOptions org() {
        OktaOptions custom = custom();
        return new OktaOptions(
                0,
                true,
                "",
                Set.of(),
                custom.users,
                custom.accessTokenLifetime,
                custom.refreshTokenLifetime,
                false,
                false);
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
                pushedRequests,
                proofs);
    }

    public OktaOptions withAudience(String other) {
        return new OktaOptions(
                port,
                orgServer,
                other,
                customScopes,
                users,
                accessTokenLifetime,
                refreshTokenLifetime,
                pushedRequests,
                proofs);
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
                pushedRequests,
                proofs);
    }

    public OktaOptions withAccessTokenLifetime(Duration lifetime) {
        return new OktaOptions(
                port, orgServer, audience, customScopes, users, lifetime, refreshTokenLifetime, pushedRequests, proofs);
    }

    public OktaOptions withPushedRequests() {
        return new OktaOptions(
                port,
                orgServer,
                audience,
                customScopes,
                users,
                accessTokenLifetime,
                refreshTokenLifetime,
                true,
                proofs);
    }

    public OktaOptions withProofs() {
        return new OktaOptions(
                port,
                orgServer,
                audience,
                customScopes,
                users,
                accessTokenLifetime,
                refreshTokenLifetime,
                pushedRequests,
                true);
    }

    String contextPath() {
        return orgServer ? "" : "/oauth2/default";
    }
}
