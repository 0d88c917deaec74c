package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResourceIndicatorTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example/mcp",
                "https://proxy.example/mcp/",
                "HTTPS://Proxy.Example/mcp",
                "https://proxy.example:443/mcp",
                "https://proxy.example:/mcp"
            })
    void waysToWriteOneResourceHaveOneForm(String written) {
        assertThat(ResourceIndicator.canonical(written)).contains("https://proxy.example/mcp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://proxy.example/MCP",
                "https://proxy.example/mcp//",
                "https://proxy.example/mcp/../mcp",
                "https://proxy.example/%6dcp",
                "https://proxy.example:8443/mcp",
                "http://proxy.example/mcp",
                "https://proxy.example.evil.example/mcp"
            })
    void anotherResourceIsNeverTakenForIt(String written) {
        assertThat(ResourceIndicator.canonical(written))
                .isPresent()
                .isNotEqualTo(ResourceIndicator.canonical("https://proxy.example/mcp"));
    }

    @Test
    void onlyTheDefaultPortOfItsOwnSchemeIsDropped() {
        assertThat(ResourceIndicator.canonical("http://localhost:80")).contains("http://localhost");
        assertThat(ResourceIndicator.canonical("http://localhost:443/mcp")).contains("http://localhost:443/mcp");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "mcp",
                "/mcp",
                "//proxy.example/mcp",
                "https:proxy.example",
                "https:///mcp",
                "ftp://proxy.example/mcp",
                "https://proxy.example/mcp?x=1",
                "https://proxy.example/mcp#x",
                "https://user@proxy.example/mcp",
                "https://proxy_example/mcp",
                "https://proxy.example/m cp",
                "https://proxy.example:port/mcp"
            })
    void whatIsNoPlainWebAddressHasNone(String written) {
        assertThat(ResourceIndicator.canonical(written)).isEmpty();
    }

    @Test
    void whatIsTooLongHasNone() {
        assertThat(ResourceIndicator.canonical("https://proxy.example/" + "a".repeat(2048)))
                .isEmpty();
    }
}
