package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "Cookie",
                "Cookie2",
                "Referer",
                "X-Request-Id",
                "Host",
                "Origin",
                "Connection",
                "Keep-Alive",
                "TE",
                "Trailer",
                "Transfer-Encoding",
                "Upgrade",
                "Proxy-Authorization",
                "Expect",
                "Content-Length",
                "DPoP",
                "X-Forwarded-User",
                "X_Forwarded_User",
                "x-forwarded-for",
                "X-Remote-User",
                "Remote-User",
                "Forwarded",
                "X-Auth-Request-Email",
                "X-MS-CLIENT-PRINCIPAL",
                "X-Amzn-Oidc-Identity",
                "Cf-Access-Jwt-Assertion",
                "X-Consumer-Username",
                "X-Credential-Identifier",
                "X-Userinfo",
                "X-Endpoint-API-UserInfo",
                "X-Apigateway-Api-Userinfo",
                "X-Client-IP",
                "X-Cluster-Client-IP",
                "CF-Connecting-IP",
                "Fastly-Client-IP",
                "X-Envoy-External-Address",
                "X-Original-URL",
                "X-Rewrite-URL",
                "X-HTTP-Method-Override",
                "Proxy",
                "Content-Encoding",
                "X-Custom"
            })
    void whatIsNotForTheBackendStopsHere(String name) {
        assertThat(toBackend(Era.LEGACY, new Header(name, "x")))
                .containsExactly(new Header("Accept-Encoding", "identity"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Accept",
                "Content-Type",
                "MCP-Protocol-Version",
                "Mcp-Method",
                "Mcp-Name",
                "Mcp-Param-user_id",
                "Mcp-Unheard-Of",
                "Mcp-Session-Id",
                "Last-Event-ID",
                "User-Agent",
                "Accept-Language",
                "Content-Language",
                "Cache-Control",
                "traceparent",
                "tracestate",
                "baggage"
            })
    void whatIsForTheBackendPasses(String name) {
        assertThat(toBackend(Era.LEGACY, new Header(name, "x"))).contains(new Header(name, "x"));
    }

    /** To a CGI or WSGI backend it is the header that was judged, with another value. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mcp_Session_Id",
                "Mcp-Session_Id",
                "mcp_protocol_version",
                "Mcp_Method",
                "MCP_NAME",
                "Content_Type",
                "Content_Encoding",
                "Mcp_Param_x",
                "Mcp_Param-x",
                "Mcp-Session.Id",
                "Last_Event_ID"
            })
    void whatOnlyLooksLikeAHeaderThatWasJudgedStopsHere(String name) {
        assertThat(toBackend(Era.LEGACY, new Header(name, "x")))
                .containsExactly(new Header("Accept-Encoding", "identity"));
    }

    @Test
    void whatTheSettingNamesPassesToo() {
        Header tenant = new Header("X-Tenant", "a");
        assertThat(ForwardedHeaders.toBackend(List.of(tenant), Era.MODERN, Set.of("x-tenant"), Optional.empty()))
                .contains(tenant);
        Header session = new Header("Mcp-Session-Id", "a");
        assertThat(ForwardedHeaders.toBackend(List.of(session), Era.MODERN, Set.of("mcp-session-id"), Optional.empty()))
                .doesNotContain(session);
    }

    @Test
    void whatConnectionNamesStopsHere() {
        assertThat(toBackend(Era.LEGACY, new Header("Connection", "close, Mcp-Hop"), new Header("mcp-hop", "1")))
                .noneMatch(header -> header.is("mcp-hop"));
    }

    @Test
    void aModernRequestHasNoSessionAndResumesNothing() {
        assertThat(toBackend(Era.MODERN, new Header("Mcp-Session-Id", "a"), new Header("Last-Event-ID", "1")))
                .containsExactly(new Header("Accept-Encoding", "identity"));
    }

    @Test
    void theClientsEncodingsAreNotAskedOfTheBackend() {
        assertThat(Header.values(toBackend(Era.LEGACY, new Header("Accept-Encoding", "gzip")), "Accept-Encoding"))
                .containsExactly("identity");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Set-Cookie",
                "Set-Cookie2",
                "Authentication-Info",
                "X-Request-Id",
                "X-Accel-Buffering",
                "WWW-Authenticate",
                "Access-Control-Allow-Origin",
                "Access-Control-Expose-Headers",
                "Connection",
                "Transfer-Encoding",
                "Clear-Site-Data",
                "Strict-Transport-Security",
                "Alt-Svc",
                ":status",
                "Referrer-Policy",
                "X-Frame-Options",
                "X-Content-Type-Options",
                "Content-Security-Policy",
                "Cross-Origin-Resource-Policy",
                "Permissions-Policy",
                "Refresh",
                "Service-Worker-Allowed",
                "Location",
                "Link",
                "Server",
                "X-Powered-By",
                "Mcp_Session_Id",
                "X-Custom"
            })
    void whatWouldActOnOurOriginDoesNotComeBack(String name) {
        assertThat(toClient(name, Era.LEGACY)).isEmpty();
    }

    @Test
    void aModernAnswerOpensNoSession() {
        assertThat(toClient("Mcp-Session-Id", Era.MODERN)).isEmpty();
        assertThat(toClient("Mcp-Unheard-Of", Era.MODERN)).hasSize(1);
    }

    private static List<Header> toClient(String name, Era era) {
        return ForwardedHeaders.toClient(List.of(new Header(name, "x")), era);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type",
                "Mcp-Session-Id",
                "Mcp-Unheard-Of",
                "Cache-Control",
                "Retry-After",
                "Allow",
                "ETag"
            })
    void whatIsForTheClientComesBack(String name) {
        assertThat(toClient(name, Era.LEGACY)).containsExactly(new Header(name, "x"));
    }

    /** The backend must see what we say of the caller, and nothing that the caller says. */
    @Test
    void noHeaderOfAClientLooksLikeOurCredential() {
        Header ours = new Header("X-Tenant", "ours");
        List<Header> sent = ForwardedHeaders.toBackend(
                List.of(new Header("x-tenant", "theirs"), new Header("X-TENANT", "theirs too")),
                Era.LEGACY,
                Set.of("x-tenant"),
                Optional.of(ours));

        assertThat(Header.values(sent, "X-Tenant")).containsExactly("ours");
    }

    private static List<Header> toBackend(Era era, Header... headers) {
        return ForwardedHeaders.toBackend(List.of(headers), era, Set.of(), Optional.empty());
    }
}
