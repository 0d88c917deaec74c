package org.mcpproxy.config;

import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The rule for {@code RELAY_HEADERS}: further request headers that a client may send to the MCP server. Never one by
 * which a gateway tells a server who the user is or where the request came from, as the client would be believed; nor
 * one that is for this hop.
 */
final class RelayHeaders {

    /** No underscore: a CGI or WSGI server cannot tell it from a hyphen. */
    private static final Pattern NAME = Pattern.compile("[a-z0-9-]+");

    private static final Set<String> NEVER = Set.of(
            // credentials, and what a browser says of where it is
            "authorization",
            "cookie",
            "cookie2",
            "dpop",
            "origin",
            "referer",
            // this hop's (RFC 9110 7.6.1, and what belongs to it though it is not called so)
            "accept-encoding",
            "connection",
            "content-encoding",
            "content-length",
            "expect",
            "host",
            "http2-settings",
            "keep-alive",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            // who, and from where
            "forwarded",
            "from",
            "via",
            "client-cert",
            "client-cert-chain",
            "client-ip",
            "true-client-ip",
            "fastly-client-ip",
            "x-access-token",
            "x-api-key",
            "x-client-cert",
            "x-client-ip",
            "x-cluster-client-ip",
            "x-email",
            "x-envoy-external-address",
            "x-groups",
            "x-id-token",
            "x-real-ip",
            "x-request-id",
            "x-roles",
            "x-userinfo",
            "x-username",
            // what asks the server for another method or resource
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-rewrite-url");

    private static final List<String> NEVER_BEGINNING_WITH = List.of(
            // CGI's HTTP_PROXY among them
            "proxy",
            "remote-",
            "ssl-client-",
            "cf-",
            "tailscale-user-",
            "x-amz",
            "x-apigateway-",
            "x-auth",
            "x-consumer-",
            "x-credential-",
            "x-endpoint-api-",
            "x-forwarded",
            "x-goog-",
            "x-jwt-",
            "x-mcp-identity",
            "x-mcp-user",
            "x-ms-",
            "x-okta-",
            "x-remote-",
            "x-ssl-client-",
            "x-user",
            "x-webauth-");

    private RelayHeaders() {}

    /** @param names in lower case */
    static void require(Set<String> names) throws BadSetting {
        for (String name : names) {
            if (!NAME.matcher(name).matches() || isNever(name)) {
                throw new BadSetting("must list names of request headers, such as x-tenant,x-feature; never one of"
                        + " credentials, of the connection, or by which a gateway names a user or an address.");
            }
        }
    }

    private static boolean isNever(String name) {
        return NEVER.contains(name) || NEVER_BEGINNING_WITH.stream().anyMatch(name::startsWith);
    }
}
