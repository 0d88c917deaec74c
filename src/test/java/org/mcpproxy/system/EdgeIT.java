package org.mcpproxy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What every request meets, seen on the wire: a client library would hide or refuse some of it. */
class EdgeIT {

    private static final String INITIAL_TOKEN = "an-initial-access-token-of-40-characters";

    private static ProxySystem proxy;

    @BeforeAll
    static void start() {
        proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "\"secret\"")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
                .with("REGISTRATION", "token")
                .with("REGISTRATION_TOKEN", INITIAL_TOKEN + "," + INITIAL_TOKEN.toUpperCase(Locale.ROOT))
                .with("REGISTRATION_REDIRECT_HOSTS", "app.example")
                .launch()
                .awaitLive();
    }

    @AfterAll
    static void stop() {
        if (proxy != null) {
            proxy.close();
        }
    }

    @Test
    void anUnknownHostIsRefused() throws IOException {
        assertThat(answer("GET", "/nothing", "Host: evil.example:" + proxy.port()))
                .startsWith("HTTP/1.1 421 ")
                .contains("ALLOWED_HOSTS");
    }

    @Test
    void anotherPortOfOurHostIsAnUnknownHost() throws IOException {
        assertThat(answer("GET", "/nothing", "Host: localhost:1")).startsWith("HTTP/1.1 421 ");
    }

    @Test
    void theLoopbackAliasesAreKnown() throws IOException {
        assertThat(answer("GET", "/nothing", "Host: 127.0.0.1:" + proxy.port())).startsWith("HTTP/1.1 404 ");
    }

    @Test
    void healthAnswersWhateverTheHost() throws IOException {
        assertThat(answer("GET", "/health/live", "Host: 10.0.0.5")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void errorsAreOursAndDoNotNameTheServer() throws IOException {
        assertThat(answer("GET", "/nothing", ourHost()))
                .contains("{\"error", "X-Request-Id: ", "X-Content-Type-Options: nosniff", "X-Frame-Options: DENY")
                .doesNotContainIgnoringCase("liberty")
                .doesNotContain("X-Powered-By", "Server:", "Exception");
    }

    @Test
    void aPersonSeesAnErrorAsAPage() throws IOException {
        assertThat(answer("GET", "/nothing", ourHost(), "Accept: text/html,application/xhtml+xml,*/*;q=0.8"))
                .contains("Content-Type: text/html", "<h1>", "Request id:");
    }

    @Test
    void aProgramOnJavasOwnHttpClientSeesAnErrorAsJson() throws IOException {
        String accepted = "Accept: text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2";
        assertThat(answer("GET", "/nothing", ourHost(), accepted))
                .contains("Content-Type: application/json", "{\"error");
    }

    @Test
    void aPreflightIsAnsweredEverywhereWithTheHeadersThatMcpClientsSend() throws IOException {
        for (String path : new String[] {"/mcp", "/oauth2/v1/token", "/.well-known/oauth-authorization-server"}) {
            assertThat(answer(
                            "OPTIONS",
                            path,
                            ourHost(),
                            "Origin: http://localhost:6274",
                            "Access-Control-Request-Method: POST",
                            "Access-Control-Request-Headers: authorization,mcp-param-user_id,x-evil"))
                    .startsWith("HTTP/1.1 204 ")
                    .contains("Access-Control-Allow-Origin: http://localhost:6274")
                    .contains("mcp-protocol-version", "mcp-param-user_id", "last-event-id", "dpop")
                    .doesNotContain("x-evil", "Access-Control-Allow-Credentials", "Allow-Origin: *");
        }
    }

    /** RFC 9700 2.6: a browser is sent there, and no script reads where it is sent next. */
    @Test
    void noScriptReadsTheAuthorizationEndpoint() throws IOException {
        for (String method : new String[] {"GET", "OPTIONS"}) {
            for (String path : new String[] {"/oauth2/v1/authorize", "/oauth2/v1/authorize/"}) {
                assertThat(answer(method, path, ourHost(), "Origin: http://localhost:6274"))
                        .contains("X-Request-Id: ")
                        .doesNotContain("Access-Control-", "origin_foreign");
            }
        }
    }

    @Test
    void anErrorCarriesTheCrossOriginHeadersToo() throws IOException {
        assertThat(answer("GET", "/nothing", ourHost(), "Origin: http://127.0.0.1:6274"))
                .startsWith("HTTP/1.1 404 ")
                .contains("Access-Control-Allow-Origin: http://127.0.0.1:6274", "Vary: Origin")
                .containsPattern("Access-Control-Expose-Headers: .*WWW-Authenticate.*DPoP-Nonce.*Mcp-Session-Id");
        assertThat(answer("GET", "/?a=%zz", ourHost(), "Origin: http://127.0.0.1:6274"))
                .startsWith("HTTP/1.1 400 ")
                .contains("Access-Control-Allow-Origin: http://127.0.0.1:6274");
    }

    @Test
    void aForeignOriginIsRefused() throws IOException {
        for (String origin : new String[] {"https://evil.example", "http://localhost.evil.example", "null"}) {
            assertThat(answer("GET", "/nothing", ourHost(), "Origin: " + origin))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContain("Access-Control-Allow-Origin");
        }
    }

    @Test
    void aPreflightForAnotherHostIsRefusedToo() throws IOException {
        assertThat(answer("OPTIONS", "/mcp", "Host: evil.example:" + proxy.port()))
                .startsWith("HTTP/1.1 421 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "//mcp",
                "/mcp/",
                "/mcp;x=1",
                "/./mcp",
                "/x/../mcp",
                "/%6dcp",
                "/;x=1",
                "/mcp/..",
                "//oauth2/v1/authorize",
                "/oauth2/v1/authorize;x=1",
                "/x/../oauth/logout",
                "/.well-known/jwks.json;x=1",
                "/WEB-INF/web.xml",
                "//WEB-INF/web.xml",
                "/META-INF/MANIFEST.MF",
                "/j_security_check",
                "/ibm_security_logout",
                "/x/ibm_security_logout?logoutExitPage=https://evil.example/"
            })
    void thereIsNothingAtAnAddressInAnotherSpellingOrOfTheContainer(String path) throws IOException {
        assertThat(answer("GET", path, ourHost()))
                .startsWith("HTTP/1.1 404 ")
                .contains("There is nothing at this address.")
                .doesNotContain("Location:");
        assertThat(answer("POST", path, ourHost())).startsWith("HTTP/1.1 404 ").doesNotContain("Location:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/                       | GET, HEAD, OPTIONS",
                "/mcp                    | GET, POST, DELETE, OPTIONS",
                "/oauth2/v1/token        | POST",
                "/oauth2/v1/authorize    | GET",
                "/oauth/logout           | POST",
                "/.well-known/jwks.json  | GET"
            })
    void anUnknownMethodIsAnsweredWithTheKnownOnes(String path, String known) throws IOException {
        for (String method : new String[] {"FOO", "PUT", "TRACE", "CONNECT"}) {
            assertThat(answer(method, path, ourHost(), "Cookie: a=echo-me"))
                    .as(method)
                    .startsWith("HTTP/1.1 405 ")
                    .containsPattern("Allow: .*" + known)
                    .contains("HTTP method.")
                    .doesNotContain("echo-me");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/v1/authorize", "/oauth/callback"})
    void whatChangesSomethingIsNoHead(String path) throws IOException {
        assertThat(answer("HEAD", path, ourHost()))
                .startsWith("HTTP/1.1 405 ")
                .containsPattern("Allow: .*GET")
                .doesNotContain("Set-Cookie");
    }

    /** Liberty's features serve pages of their own, which no filter of ours sees. */
    @ParameterizedTest
    @ValueSource(strings = {"/jwt", "/jwt/", "/jwt/x", "/jwt/ibm/api/defaultJWT/token", "/health/x"})
    void whatFeaturesServeTellsNothingAndLeadsNowhere(String path) throws IOException {
        for (String host : new String[] {"evil.example", "localhost:" + proxy.port()}) {
            assertThat(answer("GET", path, "Host: " + host, "$WSSN: evil.example", "$WSSC: https", "$WSIS: true"))
                    .startsWith("HTTP/1.1 404 ")
                    .doesNotContain("Location:", "$WS", "Exception", "SRVE", "CWWK", "evil.example");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/%zz", "/%00", "/%2F", "/..;/", "/../mcp", "/%5c", "/a%0d%0aX-Y:%20z"})
    void aPathThatIsNoneIsABadRequest(String path) throws IOException {
        assertThat(answer("GET", path, ourHost()))
                .startsWith("HTTP/1.1 400 ")
                .doesNotContain("Location:", "Exception", "\tat ", "X-Y: z");
    }

    /** No filter of ours is asked before the container refuses these. */
    @ParameterizedTest
    @ValueSource(strings = {"/mcp%2f", "/mcp%5c"})
    void whatTheContainerRefusesCarriesTheSameHeaders(String path) throws IOException {
        assertThat(answer("GET", path, ourHost(), "Origin: http://127.0.0.1:6274"))
                .startsWith("HTTP/1.1 400 ")
                .contains(
                        "X-Request-Id: ",
                        "X-Content-Type-Options: nosniff",
                        "Access-Control-Allow-Origin: http://127.0.0.1:6274");
        assertThat(proxy.allLogs()).doesNotContain("Request  failed");
    }

    /** What stands in front might see another end of the body, and take what follows for a request of its own. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Length: 5  | Transfer-Encoding: chunked",
                "Content-Length: 5  | Content-Length: 6",
                "Content-Length: 5  | Content-Length: 5",
                "Content-Length: +5 | X: y",
                "Content-Length: x5 | X: y",
                "Content-Length: -5 | X: y",
                "Transfer-Encoding: gzip, chunked | X: y",
            })
    void whatFollowsARequestWhoseEndIsUnclearIsNotServed(String first, String second) throws IOException {
        for (String path : List.of("/mcp", "/oauth2/v1/revoke", "/oauth2/v1/clients", "/")) {
            String answer = new RawRequest("POST " + path + " HTTP/1.1\r\n" + ourHost() + "\r\n" + first + "\r\n"
                            + second + "\r\n\r\n0\r\n\r\nGET /second HTTP/1.1\r\n" + ourHost()
                            + "\r\nConnection: close\r\n\r\n")
                    .answer(proxy.port());
            assertThat(answer).as(path).startsWith("HTTP/1.1 4").containsOnlyOnce("HTTP/1.1 ");
        }
    }

    /** RFC 7591 3: who may not register is told how one may. */
    @Test
    void whereATokenIsAskedForNobodyRegistersWithoutOne() {
        Answer without = register(null, "https://app.example/callback");
        Answer wrong = register(INITIAL_TOKEN + "x", "https://app.example/callback");

        assertThat(without.status()).isEqualTo(401);
        assertThat(without.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"clients\"");
        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.get("error")).isEqualTo("invalid_token");
        assertThat(wrong.header("WWW-Authenticate")).contains("error=\"invalid_token\"");
        assertThat(wrong.header("Cache-Control")).isEqualTo("no-store");
        assertThat(proxy.console())
                .contains("\"reason\":\"initial_token_missing\"", "\"reason\":\"initial_token_wrong\"");
    }

    /** Its own token is enough for what comes after. */
    @Test
    void whoBearsATokenRegistersForTheHostsThatAreNamedAndManagesWhatItRegistered() {
        assertThat(register(INITIAL_TOKEN, "https://evil.example/callback").get("error"))
                .isEqualTo("invalid_redirect_uri");
        Answer registered = register(INITIAL_TOKEN.toUpperCase(Locale.ROOT), "https://app.example/callback");
        assertThat(registered.status()).isEqualTo(201);
        URI uri = URI.create(registered.get("registration_client_uri"));

        assertThat(OAuthClient.send(HttpRequest.newBuilder(uri).header("Authorization", "Bearer " + INITIAL_TOKEN))
                        .status())
                .isEqualTo(401);
        assertThat(OAuthClient.send(HttpRequest.newBuilder(uri)
                                .header("Authorization", "Bearer " + registered.get("registration_access_token"))
                                .DELETE())
                        .status())
                .isEqualTo(204);
    }

    private static Answer register(String token, String redirectUri) {
        HttpRequest.Builder request = HttpRequest.newBuilder(proxy.at("/oauth2/v1/clients"))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString("{\"redirect_uris\":[\"" + redirectUri + "\"]}"));
        if (token != null) {
            request.header("Authorization", "Bearer " + token);
        }
        return OAuthClient.send(request);
    }

    private static String ourHost() {
        return "Host: localhost:" + proxy.port();
    }

    private static String answer(String method, String path, String... headers) throws IOException {
        return RawRequest.of(method, path, headers).answer(proxy.port());
    }
}
