package org.mcpproxy.trip;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.system.Installation;
import org.mcpproxy.system.RawRequest;
import org.mcpproxy.system.Waiting;

/** Requests that no honest client sends: they are the sender's fault, and answered and logged as that. */
class MalformedRequestIT {

    private static final String SENTENCE = "The request is malformed, or a parameter is repeated.";
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String TOKEN = "a-token-that-no-log-may-hold";

    private final Installation installation = Installation.shared();
    private final int port = installation.proxy().port();
    private final String host = "Host: localhost:" + port;

    @Test
    void aTokenInAMalformedRequestIsInNoLog() throws IOException {
        for (String path : List.of("/mcp", "/oauth2/v1/token", "/nothing")) {
            for (String line : List.of(
                    "no colon in this line",
                    "Authorization Bearer " + TOKEN,
                    TOKEN + ": its name",
                    ": no name",
                    "Bad Name: x",
                    "Bad\u0001Name: x",
                    "X: a\rb",
                    "X: a\0b",
                    " folded",
                    "X: " + "a".repeat(70_000),
                    "X: a\r\n".repeat(1_500) + "X: a",
                    "Cookie: a=" + TOKEN + "; $Version=\"" + TOKEN + "\"",
                    "Content-Type: " + TOKEN,
                    FORM + "; charset=" + TOKEN,
                    "Accept: " + TOKEN,
                    "Content-Length: " + TOKEN,
                    "Content-Encoding: gzip",
                    "Expect: " + TOKEN)) {
                send("POST " + path + " HTTP/1.1", host, "Authorization: Bearer " + TOKEN, "Cookie: a=" + TOKEN, line);
                send("POST " + path + " HTTP/1.1", line, host, "Authorization: Bearer " + TOKEN);
            }
            for (String chunks : List.of("zz\r\nabc", "-5\r\nabc", "3\r\nabcXX", TOKEN)) {
                RawRequest request = new RawRequest("POST " + path + " HTTP/1.1\r\n" + host
                        + "\r\nAuthorization: Bearer " + TOKEN + "\r\n" + FORM
                        + "\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + chunks
                        + "\r\n0\r\n\r\n");
                request.answer(port);
            }
            send("POST http://[bad" + path + " HTTP/1.1", host, "Authorization: Bearer " + TOKEN);
            send("POST " + path + "?code=" + TOKEN + "%zz HTTP/1.1", host, "Authorization: Bearer " + TOKEN);
            send("POST " + path + "%zz?code=" + TOKEN + " HTTP/1.1", host, "Authorization: Bearer " + TOKEN);
            send("POST " + path + " HTTP/" + TOKEN, host, "Authorization: Bearer " + TOKEN);
        }
        send("PRI * HTTP/2.0", host, "Authorization: Bearer " + TOKEN);

        assertThat(installation.proxy().allLogs()).doesNotContain(TOKEN, "FFDC1015I");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /oauth2/v1/authorize",
        "GET, /oauth/callback",
        "GET, /oauth/consent",
        "POST, /oauth/consent",
        "GET, /oauth/logout",
        "POST, /oauth2/v1/token",
        "POST, /oauth2/v1/revoke",
        "POST, /oauth2/v1/par",
        "POST, /oauth2/v1/clients",
        "GET, /.well-known/jwks.json",
        "POST, /mcp"
    })
    void aQueryThatCannotBeDecodedIsRefused(String method, String path) throws IOException {
        for (String query : List.of("client_id=%zz", "client_id=%", "a=b&%4=c", "state=%u0041")) {
            String answer = RawRequest.of(method, path + "?" + query, host).answer(port);

            assertThatItIsMalformed(answer, path);
        }
    }

    @Test
    void aPersonSeesThatAsAPage() throws IOException {
        String answer = RawRequest.of(
                        "GET", "/oauth2/v1/authorize?client_id=%zz", host, "Accept: text/html,application/xhtml+xml")
                .answer(port);

        assertThat(answer)
                .startsWith("HTTP/1.1 400 ")
                .contains("Content-Type: text/html", "<h1>", SENTENCE)
                .doesNotContain("%zz");
    }

    /** Nobody fills the log with stack traces by that, and browsers send some of them in a client's state. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/mcp",
                "/oauth2/v1/authorize",
                "/oauth2/v1/clients/any",
                "/oauth/callback",
                "/oauth/consent",
                "/oauth/device",
                "/oauth/logout",
                "/.well-known/oauth-authorization-server",
                "/health"
            })
    void aSignThatAnAddressMayNotHaveIsNoFailureOfOurs(String path) throws IOException {
        for (String sign : List.of("|", "^", "`", "{", "}", "\\", "<", ">", "\"")) {
            assertThat(RawRequest.of("GET", path + "?state=a" + sign + "b&code=" + sign, host)
                            .answer(port))
                    .as(path + " " + sign)
                    .matches("(?s)HTTP/1.1 [234].*");
        }
        assertThat(installation.proxy().console()).doesNotContain("\"reason\":\"internal_error\"");
    }

    /** The attack: a length of which the container takes the lower 64 bits. What stands in front may take all, or none. */
    @ParameterizedTest
    @CsvSource({
        "POST, 18446744073709551620",
        "POST, 1844674407370955161600000000000000000004",
        "DELETE, 18446744073709551616",
        "OPTIONS, 18446744073709551620"
    })
    void aLengthThatIsMoreThanItSeemsEndsTheConnection(String method, String length) throws IOException {
        String answer = new RawRequest(method + " /mcp HTTP/1.1\r\n" + host + "\r\nContent-Length: " + length
                        + "\r\n\r\nabcdGET / HTTP/1.1\r\n" + host + "\r\n\r\n")
                .answer(port);

        assertThat(answer).containsOnlyOnce("HTTP/1.1 ").startsWith("HTTP/1.1 400 ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/oauth2/v1/token", "/oauth2/v1/revoke", "/oauth2/v1/par", "/oauth/consent", "/oauth/logout"})
    void aFormThatCannotBeDecodedIsRefused(String path) throws IOException {
        for (String form : List.of("client_id=%zz", "client_id=a&token=%", "%4=c")) {
            assertThatItIsMalformed(post(path, form, FORM), path);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/oauth2/v1/token", "/oauth2/v1/revoke", "/mcp"})
    void aHeaderThatMayStandOnceIsRefusedWhereItStandsTwice(String path) throws IOException {
        String basic = "Authorization: Basic YTpi";
        for (List<String> twice : List.of(
                List.of(FORM, basic, basic),
                List.of(FORM, FORM),
                List.of(FORM, "Content-Type: application/json"),
                List.of(FORM, host),
                List.of(FORM, "Origin: http://localhost:1", "Origin: http://localhost:1"))) {
            assertThatItIsMalformed(post(path, "client_id=a", twice.toArray(String[]::new)), path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Transfer-Encoding: gzip\r\n\r\n",
                "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
            })
    void aRequestWhoseEndIsUnclearIsRefused(String codingAndBody) throws IOException {
        for (String path : List.of("/mcp", "/oauth2/v1/token", "/nothing")) {
            assertThat(answerBefore("GET /smuggled", path, codingAndBody))
                    .startsWith("HTTP/1.1 400 ")
                    .containsOnlyOnce("HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: abc", "Content-Length: -1", "Content-Length: 1, 1"})
    void nothingIsReadAfterALengthThatIsNoNumber(String length) throws IOException {
        for (String path : List.of("/mcp", "/oauth2/v1/token", "/nothing")) {
            assertThat(answerBefore("GET /smuggled", path, length + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 4")
                    .containsOnlyOnce("HTTP/1.1");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Type: nonsense",
                "Content-Type: application/x-www-form-urlencoded; charset=nonsense",
                "Content-Type: application/x-www-form-urlencoded\r\nAccept: nonsense"
            })
    void whatJaxRsCannotReadIsABadRequest(String headers) throws IOException {
        assertThat(post("/oauth2/v1/token", "client_id=a", headers))
                .startsWith("HTTP/1.1 400 ")
                .contains("\"error\":\"invalid_request\"");
    }

    @Test
    void aClientThatFallsSilentIsNotWaitedForLong() {
        String head = "POST /oauth2/v1/token HTTP/1.1\r\n" + host + "\r\n" + FORM;
        List<CompletableFuture<Void>> clients = List.of(
                silent("POST /oauth2/v1/to"),
                silent(head),
                silent(head + "\r\nContent-Length: 30\r\n\r\nclient_id"),
                silent(head + "\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nclient"));

        // The server's default is a minute.
        Waiting.until(
                "every connection ended",
                Duration.ofSeconds(25),
                () -> clients.stream().allMatch(CompletableFuture::isDone));
        assertThat(clients).noneMatch(CompletableFuture::isCompletedExceptionally);
    }

    private CompletableFuture<Void> silent(String beginning) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        new RawRequest(beginning).answer(port);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                task -> new Thread(task).start());
    }

    private void send(String... lines) throws IOException {
        new RawRequest(String.join("\r\n", lines) + "\r\nConnection: close\r\n\r\n").answer(port);
    }

    /** All that comes back where another request follows on the same connection. */
    private String answerBefore(String smuggled, String path, String lengthAndBody) throws IOException {
        return new RawRequest("POST " + path + " HTTP/1.1\r\n" + host + "\r\n" + FORM + "\r\n" + lengthAndBody
                        + smuggled + " HTTP/1.1\r\n" + host + "\r\n\r\n")
                .answer(port);
    }

    private String post(String path, String body, String... headers) throws IOException {
        return new RawRequest("POST " + path + " HTTP/1.1\r\n" + host + "\r\n" + String.join("\r\n", headers)
                        + "\r\nContent-Length: " + body.length() + "\r\nConnection: close\r\n\r\n" + body)
                .answer(port);
    }

    private void assertThatItIsMalformed(String answer, String path) {
        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("\"error\":\"invalid_request\"", SENTENCE);
        String id = answer.replaceAll("(?s).*X-Request-Id: (\\w+).*", "$1");
        assertThat(installation.proxy().console().lines().filter(line -> line.contains(id)))
                .singleElement()
                .asString()
                .contains("\"reason\":\"malformed_request\"", "\"endpoint\":\"" + path + "\"");
    }
}
