package org.mcpproxy.relay;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.config.CorsOrigins;
import org.mcpproxy.oauth.Reason;

class RequestGateTest {

    private static final CorsOrigins ORIGINS = new CorsOrigins(true, Set.of("https://app.example"));

    @ParameterizedTest
    @ValueSource(strings = {"https://app.example", "http://localhost:6274", "http://127.0.0.1", "http://[::1]:80"})
    void aKnownOriginMaySend(String origin) {
        assertThatCode(() -> RequestGate.requireOrigin(List.of(new Header("Origin", origin)), ORIGINS))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example.evil",
                "http://localhost.evil.example",
                "http://localhost@evil.example",
                "http://localhost:80.evil.example",
                "http://localhost/evil",
                "null",
                "",
                "http://127.0.0.1.evil"
            })
    void aForeignOriginMayNot(String origin) {
        assertThatThrownBy(() -> RequestGate.requireOrigin(List.of(new Header("Origin", origin)), ORIGINS))
                .hasMessage(Reason.ORIGIN_FOREIGN.name());
    }

    @Test
    void headersAreBoundedInAll() {
        List<Header> headers = List.of(new Header("Mcp-A", "12345"), new Header("Mcp-B", "12345"));

        assertThatCode(() -> RequestGate.requireSize(headers, 20)).doesNotThrowAnyException();
        assertThatThrownBy(() -> RequestGate.requireSize(headers, 19)).hasMessage(Reason.HEADERS_TOO_LARGE.name());
    }

    @Test
    void aSecondOriginDoesNotHideBehindTheFirst() {
        List<Header> two =
                List.of(new Header("Origin", "http://localhost"), new Header("origin", "https://evil.example"));
        assertThatThrownBy(() -> RequestGate.requireOrigin(two, ORIGINS)).hasMessage(Reason.ORIGIN_FOREIGN.name());
    }

    @Test
    void aProgramNamesNoOrigin() {
        assertThatCode(() -> RequestGate.requireOrigin(List.of(), ORIGINS)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"application/json", "application/json; charset=UTF-8", "application/json;charset=\"utf-8\""})
    void plainUtf8IsRead(String type) {
        assertThatCode(() -> RequestGate.requirePlainUtf8(List.of(new Header("Content-Type", type))))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json; charset=utf-16", "application/json; charset=utf-8; charset=utf-7"})
    void anotherCharsetIsRefused(String type) {
        assertThatThrownBy(() -> RequestGate.requirePlainUtf8(List.of(new Header("Content-Type", type))))
                .hasMessage(Reason.MESSAGE_NOT_JSON.name());
    }

    @Test
    void aCompressedBodyIsRefused() {
        assertThatThrownBy(() -> RequestGate.requirePlainUtf8(List.of(new Header("Content-Encoding", "gzip"))))
                .hasMessage(Reason.MESSAGE_NOT_JSON.name());
    }
}
