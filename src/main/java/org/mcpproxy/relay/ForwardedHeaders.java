package org.mcpproxy.relay;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/** Which headers go on to the backend, and which come back. */
final class ForwardedHeaders {

    /** RFC 9110 7.6.1, and what belongs to this hop though it is not called so. */
    private static final Set<String> HOP_BY_HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-connection",
            "proxy-authenticate",
            "proxy-authentication-info",
            "proxy-authorization",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings",
            "expect",
            "host",
            "content-length");

    /** The client's credentials, and what the browser says of where it is: both are for us. */
    private static final Set<String> OURS = Set.of("authorization", "cookie", "cookie2", "origin", "referer", "dpop");

    /** Headers by which well-known gateways tell a backend who the user is. A client could write any of them itself. */
    private static final Set<String> IDENTITY = Set.of(
            "forwarded",
            "from",
            "remote-user",
            "remote-groups",
            "remote-email",
            "remote-name",
            "x-real-ip",
            "x-remote-user",
            "x-user",
            "x-username",
            "x-user-id",
            "x-user-email",
            "x-email",
            "x-groups",
            "x-roles",
            "x-access-token",
            "x-id-token",
            "x-request-id",
            "true-client-ip",
            "client-cert",
            "client-cert-chain",
            "x-client-cert",
            "x-ssl-client-cert");

    private static final List<String> IDENTITY_PREFIXES = List.of(
            "x-forwarded-",
            "x-auth-",
            "x-authenticated-",
            "x-authentik-",
            "x-remote-",
            "x-webauth-",
            "x-okta-",
            "x-mcp-user",
            "x-mcp-identity",
            "x-amzn-oidc-",
            "x-amz-security-",
            "x-ms-client-principal",
            "x-ms-token-",
            "x-goog-authenticated-user-",
            "x-goog-iap-",
            "x-jwt-",
            "x-ssl-client-",
            "ssl-client-",
            "cf-access-",
            "tailscale-user-");

    /** An answer must not act on our origin: not on its cookies, its CORS policy, its TLS policy or its challenges. */
    private static final Set<String> NOT_BACK = Set.of(
            "set-cookie",
            "set-cookie2",
            "www-authenticate",
            "authentication-info",
            "alt-svc",
            "clear-site-data",
            "strict-transport-security",
            "x-request-id",
            "x-accel-buffering");

    private ForwardedHeaders() {}

    /**
     * @param era a modern request has no session and resumes nothing, whatever headers it brings
     */
    static List<Header> toBackend(List<Header> headers, Era era) {
        Set<String> named = namedByConnection(headers);
        return Stream.concat(
                        headers.stream().filter(header -> {
                            String name = canonical(header.name());
                            return !named.contains(name) && passes(name, era);
                        }),
                        // A compressed stream would reach us in lumps.
                        Stream.of(new Header("Accept-Encoding", "identity")))
                .toList();
    }

    static List<Header> toClient(List<Header> headers) {
        Set<String> named = namedByConnection(headers);
        return headers.stream()
                .filter(header -> {
                    String name = canonical(header.name());
                    return !named.contains(name)
                            && !HOP_BY_HOP.contains(name)
                            && !NOT_BACK.contains(name)
                            && !name.startsWith("access-control-")
                            && !name.startsWith(":");
                })
                .toList();
    }

    private static boolean passes(String name, Era era) {
        if (era == Era.MODERN && (name.equals("mcp-session-id") || name.equals("last-event-id"))) {
            return false;
        }
        return !HOP_BY_HOP.contains(name)
                && !OURS.contains(name)
                && !name.equals("accept-encoding")
                && !IDENTITY.contains(name)
                && IDENTITY_PREFIXES.stream().noneMatch(name::startsWith);
    }

    private static Set<String> namedByConnection(List<Header> headers) {
        Set<String> named = new HashSet<>();
        for (String value : Header.values(headers, "Connection")) {
            for (String name : value.split(",")) {
                named.add(canonical(name.strip()));
            }
        }
        return named;
    }

    /** CGI and WSGI backends cannot tell {@code X_Forwarded_User} from {@code X-Forwarded-User}. */
    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
