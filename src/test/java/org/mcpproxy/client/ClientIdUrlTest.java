package org.mcpproxy.client;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClientIdUrlTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://app.example/client.json",
                "https://app.example/",
                "https://app.example:8443/a/b",
                "https://app.example/client?version=2",
                "https://app.example/..hidden/client..json"
            })
    void aUrlWithAPathIsOne(String url) {
        assertThat(ClientIdUrl.parse(url)).get().hasToString("ClientIdUrl[uri=" + url + "]");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://app.example/client.json",
                "https://app.example",
                "https://app.example?x=/",
                "https:///client.json",
                "https:client.json",
                "HTTPS://app.example/client.json",
                "https://App.example/client.json",
                "https://user@app.example/client.json",
                "https://user:word@app.example/client.json",
                "https://app.example:/client.json",
                "https://app.example/client.json#part",
                "https://app.example/client.json#",
                "https://app.example/./client.json",
                "https://app.example/a/../client.json",
                "https://app.example/a/..",
                "https://app.example/a/%2e%2E/client.json",
                "https://app.example/a/.%2e",
                "https://app.example/a b",
                "https://app.exämple/client.json",
                "https://app.example\\@evil.example/client.json",
                "https://127.1/client.json",
                "https://0x7f.0.0.1/client.json",
                "https://[::1/client.json"
            })
    void anotherUrlIsNone(String url) {
        assertThat(ClientIdUrl.parse(url)).isEmpty();
        assertThat(ClientIdUrl.isMeant(url)).isTrue();
    }

    @Test
    void aUrlThatIsTooLongIsNone() {
        String url = "https://app.example/";
        assertThat(ClientIdUrl.parse(url + "a".repeat(500 - url.length()))).isPresent();
        assertThat(ClientIdUrl.parse(url + "a".repeat(501 - url.length()))).isEmpty();
    }

    @Test
    void anIdThatThisServerGaveIsNotMeantAsOne() {
        assertThat(ClientIdUrl.isMeant("https-VV9c4kq")).isFalse();
    }
}
