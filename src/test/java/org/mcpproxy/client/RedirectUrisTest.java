package org.mcpproxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedirectUrisTest {

    private final RedirectUris redirectUris = new RedirectUris(Set.of("cursor", "vscode"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/callback",
                "https://app.example",
                "HTTPS://app.example/callback?x=1",
                "http://localhost:3000/callback",
                "http://127.0.0.1/callback",
                "http://127.9.9.9:1/",
                "http://[::1]:5000/callback",
                "cursor://anysphere.cursor-mcp/oauth/callback",
                "com.example.app:/callback",
                "com.example.app://callback"
            })
    void whatRealClientsUseMayBeRegistered(String uri) {
        assertThat(redirectUris.acceptable(uri)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "callback",
                "//app.example/callback",
                "http://app.example/callback",
                "http://localhost.evil.example/callback",
                "http://evil.example/localhost",
                "http://localhost@evil.example/callback",
                "http://127.0.0.1.evil.example/",
                "https://user:password@app.example/",
                "https://app.example/callback#fragment",
                "https://app.example/callback#",
                "http://localhost/#x",
                "https:app.example",
                "https:///callback",
                "https://app.example\\@evil.example/",
                "javascript:alert(1)",
                "JavaScript:alert(1)",
                "data:text/html,x",
                "file:///etc/passwd",
                "vbscript:x",
                "blob:https://app.example/1",
                "about:blank",
                "unknown://callback",
                "cursorx://callback",
                "cursor://a@b_c/callback",
                "cursor://user@host/callback",
                "com.example.app://user@host/",
                "http://localhost:/callback",
                "http://localhost:0/callback",
                "http://localhost:65536/callback",
                "https://app.example:99999/callback",
                "com.example.app:callback",
                "https://app.example/caf\u00e9",
                "https://\u0430pp.example/callback",
                "https://app.example/ callback",
                "https://app.example/\ncallback"
            })
    void nothingElseMay(String uri) {
        assertThat(redirectUris.acceptable(uri)).isFalse();
    }

    /** Whatever the settings let through. */
    @ParameterizedTest
    @ValueSource(strings = {"javascript://x/%0aalert(1)", "data:/x", "file:///etc/passwd", "http://app.example/"})
    void whatABrowserActsOnItselfIsNeverAPrivateScheme(String uri) {
        assertThat(new RedirectUris(Set.of("javascript", "data", "file", "http")).acceptable(uri))
                .isFalse();
    }

    @Test
    void anOverlongUriIsRefused() {
        assertThat(redirectUris.acceptable("https://app.example/" + "a".repeat(2048)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example/callback, https://app.example/callback",
        "http://localhost/callback, http://localhost:49152/callback",
        "http://localhost:3000/callback, http://localhost:49152/callback",
        "http://127.0.0.1:3000/callback?a=b, http://127.0.0.1/callback?a=b",
        "http://[::1]/callback, http://[::1]:49152/callback",
        "http://localhost, http://localhost:65535",
        "http://localhost:1?a=b, http://localhost:2?a=b",
        "HTTP://LOCALHOST:1/a, HTTP://LOCALHOST:2/a",
        "cursor://anysphere/callback, cursor://anysphere/callback"
    })
    void theSameUriMatchesWhateverPortALoopbackOneHas(String registered, String requested) {
        assertThat(RedirectUris.matches(registered, requested)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example/callback, https://app.example/callback/",
        "https://app.example/callback, https://app.example/callback/../evil",
        "https://app.example/callback, https://app.example/callback?x=1",
        "https://app.example/callback, https://app.example:8443/callback",
        "https://app.example/callback, https://APP.example/callback",
        "https://app.example/callback, http://app.example/callback",
        "https://localhost/callback, https://localhost:8443/callback",
        "http://localhost/callback, http://127.0.0.1/callback",
        "http://localhost/callback, http://localhost/callback/other",
        "http://localhost/callback, http://localhost:49152/callback?x=1",
        "http://localhost/callback, http://localhost.evil.example/callback",
        "http://localhost/callback, http://user@localhost:49152/callback",
        "http://localhost/callback, http://localhost:49152/callback#x",
        "http://localhost/callback, http://localhost:x/callback",
        // the same to java.net.URI, and other texts all the same
        "http://127.0.0.1:1/a, HTTP://127.0.0.1:1/a",
        "http://localhost:1/a, http://LOCALHOST:1/a",
        "http://localhost:1/%2f, http://localhost:1/%2F",
        "http://localhost:1/a, http://localhost:1/a?",
        "http://localhost:1, http://localhost:1/",
        // no ports
        "http://127.0.0.1/a, http://127.0.0.1:/a",
        "http://127.0.0.1:1/a, http://127.0.0.1:0/a",
        "http://127.0.0.1:1/a, http://127.0.0.1:65536/a",
        "http://127.0.0.1:1/a, http://127.0.0.1:99999/a",
        "http://127.0.0.1:1/a, http://127.0.0.1:000001/a",
        "cursor://anysphere/callback, cursor://anysphere:1/callback"
    })
    void anythingElseDoesNotMatch(String registered, String requested) {
        assertThat(RedirectUris.matches(registered, requested)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "https://app.example/callback, app.example",
        "https://app.example:443/callback, app.example",
        "https://app.example:8443/callback, app.example:8443",
        "https://app.example:80/callback, app.example:80",
        "http://localhost:3000/callback, localhost",
        "cursor://anysphere/callback, cursor://",
        "com.example.app:/callback, com.example.app://",
        // a made-up word, where a private-use scheme only looks like the web's
        "https.evil://bank.example/callback, https.evil://",
        "httpx.y://bank.example, httpx.y://"
    })
    void aPersonIsShownWhoGetsTheAnswer(String uri, String destination) {
        assertThat(RedirectUris.destination(uri)).isEqualTo(destination);
    }

    @Test
    void onlyHttpsIsVouchedFor() {
        assertThat(RedirectUris.isHttps("https://app.example/cb")).isTrue();
        assertThat(RedirectUris.isHttps("http://localhost/cb")).isFalse();
        assertThat(RedirectUris.isHttps("https://localhost/cb")).isFalse();
        assertThat(RedirectUris.isHttps("https://127.0.0.1:8443/cb")).isFalse();
        assertThat(RedirectUris.isHttps("https.evil://bank.example")).isFalse();
        assertThat(RedirectUris.isLoopback("http://localhost:1/cb")).isTrue();
        assertThat(RedirectUris.isLoopback("https://localhost/cb")).isFalse();
    }
}
