package org.mcpproxy.web;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mcpproxy.fixture.BrowserRequest;
import org.mcpproxy.fixture.Samples;

class CookiesTest {

    private final Cookies cookies = new Cookies(Samples.settings());
    private final String ours =
            cookies.set("sign-on", "value", java.time.Duration.ofMinutes(1)).split(";")[0];

    @ParameterizedTest
    @ValueSource(strings = {"%s", "a=1; %s", "%s;a=1", "a=1;\t%s ; b=2", "=1; %s", "a; %s", "a=\"; %s"})
    void aCookieIsFoundAmongOthers(String header) {
        assertThat(cookies.find("sign-on", BrowserRequest.sending(header.formatted(ours))))
                .contains("value");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a=1,%s",
                "a=1, %s",
                "a=1\t%s",
                "a=1 %s",
                "\u001f%s",
                "a=1;\u000b%s",
                "\u2003%s",
                "$Version=1,%s",
                "x%s",
                "a=%s",
                "=%s"
            })
    void whatStandsInAnothersValueIsNone(String header) {
        assertThat(cookies.find("sign-on", BrowserRequest.sending(header.formatted(ours))))
                .isEmpty();
        assertThat(cookies.clearAll("sign", BrowserRequest.sending(header.formatted(ours))))
                .isEmpty();
    }

    @Test
    void ofTwoNeitherIsBelieved() {
        assertThat(cookies.find("sign-on", BrowserRequest.sending(ours + "; " + ours)))
                .isEmpty();
        assertThat(cookies.find("sign-on", BrowserRequest.sending(ours, ours))).isEmpty();
    }

    @Test
    void withoutAHeaderThereIsNone() {
        assertThat(cookies.find("sign-on", BrowserRequest.sending())).isEmpty();
        assertThat(cookies.find("sign-on", BrowserRequest.sending(""))).isEmpty();
    }
}
