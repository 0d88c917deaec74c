package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class LoopbackTest {

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST", "127.0.0.1", "127.255.255.255", "::1", "[::1]"})
    void thisMachineIsLoopback(String host) {
        assertThat(Loopback.isLoopback(host)).isTrue();
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "localhost.evil.example",
                "evil.localhost",
                "localhost.",
                "xlocalhost",
                "127.0.0.1.evil.example",
                "127.0.0.256",
                "127.0.0.01",
                "127.1",
                "128.0.0.1",
                "0.0.0.0",
                "2130706433",
                "[::ffff:127.0.0.1]",
                "[::2]",
                "127.0.0.1\n"
            })
    void nothingElseIs(String host) {
        assertThat(Loopback.isLoopback(host)).isFalse();
    }
}
