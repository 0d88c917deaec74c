package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForwardedHeadersTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Authorization",
                "Cookie",
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
                "Cf-Access-Jwt-Assertion"
            })
    void whatIsForThisHopOrWouldPassForAnIdentityStopsHere(String name) {
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
                "X-Custom"
            })
    void whatIsForTheBackendPasses(String name) {
        assertThat(toBackend(Era.LEGACY, new Header(name, "x"))).contains(new Header(name, "x"));
    }

    @Test
    void whatConnectionNamesStopsHere() {
        assertThat(toBackend(Era.LEGACY, new Header("Connection", "close, X-Hop"), new Header("x-hop", "1")))
                .noneMatch(header -> header.is("x-hop"));
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
                "WWW-Authenticate",
                "Access-Control-Allow-Origin",
                "Access-Control-Expose-Headers",
                "Connection",
                "Transfer-Encoding",
                "Clear-Site-Data",
                "Strict-Transport-Security",
                "Alt-Svc",
                ":status"
            })
    void whatWouldActOnOurOriginDoesNotComeBack(String name) {
        assertThat(ForwardedHeaders.toClient(List.of(new Header(name, "x")))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Type", "Mcp-Session-Id", "Cache-Control", "Retry-After", "X-Custom"})
    void whatIsForTheClientComesBack(String name) {
        assertThat(ForwardedHeaders.toClient(List.of(new Header(name, "x")))).containsExactly(new Header(name, "x"));
    }

    private static List<Header> toBackend(Era era, Header... headers) {
        return ForwardedHeaders.toBackend(List.of(headers), era);
    }
}
