package org.mcpproxy.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What every request meets, seen on the wire: a client library would hide or refuse some of it. */
class EdgeIT {

    private static ProxySystem proxy;

    @BeforeAll
    static void start() {
        proxy = ProxySystem.plan()
                .with("OKTA_ISSUER", "http://localhost:9/oauth2/default")
                .with("OKTA_CLIENT_ID", "client")
                .with("OKTA_CLIENT_SECRET", "\"secret\"")
                .with("MCP_BACKEND", "http://localhost:9/mcp")
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
                            "Access-Control-Request-Headers: authorization,mcp-param-region,x-evil"))
                    .startsWith("HTTP/1.1 204 ")
                    .contains("Access-Control-Allow-Origin: http://localhost:6274")
                    .contains("mcp-protocol-version", "mcp-param-region", "last-event-id")
                    .doesNotContain("x-evil", "Access-Control-Allow-Credentials", "Allow-Origin: *");
        }
    }

    @Test
    void anErrorCarriesTheCrossOriginHeadersToo() throws IOException {
        assertThat(answer("GET", "/nothing", ourHost(), "Origin: http://127.0.0.1:6274"))
                .startsWith("HTTP/1.1 404 ")
                .contains("Access-Control-Allow-Origin: http://127.0.0.1:6274", "Vary: Origin")
                .containsPattern("Access-Control-Expose-Headers: .*WWW-Authenticate.*Mcp-Session-Id");
    }

    @Test
    void aForeignOriginIsRefused() throws IOException {
        for (String origin : new String[] {"https://evil.example", "http://localhost.evil.example", "null"}) {
            assertThat(answer("GET", "/nothing", ourHost(), "Origin: " + origin))
                    .startsWith("HTTP/1.1 403 ")
                    .doesNotContain("Access-Control-Allow-Origin");
        }
    }

    private static String ourHost() {
        return "Host: localhost:" + proxy.port();
    }

    private static String answer(String method, String path, String... headers) throws IOException {
        try (Socket socket = new Socket("localhost", proxy.port())) {
            OutputStream out = socket.getOutputStream();
            String head = method + " " + path + " HTTP/1.1\r\n" + String.join("\r\n", headers)
                    + "\r\nConnection: close\r\n\r\n";
            out.write(head.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
