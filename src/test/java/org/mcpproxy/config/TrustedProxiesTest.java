package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {

    private static final String PROXY = "10.0.0.5";
    private static final String CLIENT = "203.0.113.9";

    private final TrustedProxies proxies = new TrustedProxies(Pattern.compile("10[.]0[.]0[.].*|0:0:0:0:0:0:0:1"));

    @Test
    void aReverseProxySaysWhereARequestCameFrom() {
        assertThat(proxies.clientOf(PROXY, List.of(CLIENT))).isEqualTo(CLIENT);
    }

    @Test
    void withoutTheHeaderItIsThePeer() {
        assertThat(proxies.clientOf(PROXY, List.of())).isEqualTo(PROXY);
    }

    @Test
    void nobodyElseIsBelieved() {
        assertThat(proxies.clientOf("192.0.2.1", List.of(CLIENT))).isEqualTo("192.0.2.1");
        assertThat(proxies.clientOf("210.0.0.5", List.of(CLIENT))).isEqualTo("210.0.0.5");
        assertThat(TrustedProxies.NONE.clientOf(PROXY, List.of(CLIENT))).isEqualTo(PROXY);
    }

    /** The attack: a client that sends the header itself, to a proxy that adds to it. */
    @Test
    void whatAClientWroteBeforeItsOwnAddressIsNot() {
        assertThat(proxies.clientOf(PROXY, List.of("198.51.100.7, " + CLIENT))).isEqualTo(CLIENT);
        assertThat(proxies.clientOf(PROXY, List.of("198.51.100.7", CLIENT))).isEqualTo(CLIENT);
        assertThat(proxies.clientOf(PROXY, List.of("10.0.0.6, " + CLIENT))).isEqualTo(CLIENT);
    }

    @Test
    void severalProxiesInARowAreBelieved() {
        assertThat(proxies.clientOf(PROXY, List.of(CLIENT + ", 10.0.0.6", "10.0.0.7")))
                .isEqualTo(CLIENT);
        assertThat(proxies.clientOf(PROXY, List.of("10.0.0.6"))).isEqualTo("10.0.0.6");
    }

    @ParameterizedTest
    @CsvSource({
        "203.0.113.9:4711, 203.0.113.9",
        "2001:db8::7, 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7], 2001:db8:0:0:0:0:0:7",
        "[2001:db8::7]:4711, 2001:db8:0:0:0:0:0:7",
        "::ffff:203.0.113.9, 203.0.113.9"
    })
    void addressesAreReadAsProxiesWriteThem(String written, String address) {
        assertThat(proxies.clientOf(PROXY, List.of(written))).isEqualTo(address);
        assertThat(proxies.clientOf(PROXY, List.of(written + ", ::1"))).isEqualTo(address);
    }

    /** What is no address could be anything, a name to look up among it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "unknown",
                "",
                ",",
                "host.example",
                "localhost",
                "1.2",
                "0x7f000001",
                "_hidden",
                "1.2.3.4\"}",
                "fe80::1%lo"
            })
    void whatIsNoAddressIsNotTaken(String written) {
        assertThat(proxies.clientOf(PROXY, List.of(written))).isEqualTo(PROXY);
        assertThat(proxies.clientOf(PROXY, List.of(CLIENT + ", " + written + ", 10.0.0.6")))
                .isEqualTo("10.0.0.6");
    }
}
