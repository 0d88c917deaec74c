package org.mcpproxy.okta;

/** What Okta answers, and where. */
public enum Endpoint {
    OPENID_CONFIGURATION("/.well-known/openid-configuration"),
    SERVER_METADATA("/.well-known/oauth-authorization-server"),
    AUTHORIZE("/v1/authorize"),
    PUSH("/v1/par"),
    TOKEN("/v1/token"),
    KEYS("/v1/keys"),
    INTROSPECT("/v1/introspect"),
    REVOKE("/v1/revoke"),
    LOGOUT("/v1/logout"),
    USERINFO("/v1/userinfo"),
    SIGN_IN("/signin");

    private final String path;

    Endpoint(String path) {
        this.path = path;
    }

    /** Below the issuer: an org server has its endpoints under {@code /oauth2}, a custom one has that in its issuer. */
    String path(boolean orgServer) {
        return orgServer && path.startsWith("/v1/") ? "/oauth2" + path : path;
    }
}
