package org.mcpproxy.oauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ResourcesTest {

    private static final String MCP = "https://proxy.example/mcp";
    private static final String FILES = "https://proxy.example/files/mcp";

    @Test
    void eachCountsOnceInTheOrderOfTheRequest() {
        assertThat(Resources.of(FILES, MCP, FILES).all()).containsExactly(FILES, MCP);
        assertThat(Resources.of(MCP, MCP).single()).contains(MCP);
        assertThat(Resources.of(MCP, FILES).single()).isEmpty();
    }

    @Test
    void whatIsWrittenIsReadAgain() {
        assertThat(Resources.parse(Resources.of(MCP, FILES).toString())).isEqualTo(Resources.of(MCP, FILES));
        assertThat(Resources.parse(MCP)).isEqualTo(Resources.of(MCP));
    }

    @Test
    void ofOneOnlyThatIsPartOfIt() {
        assertThat(Resources.of(MCP, FILES).containsAll(Resources.of(FILES))).isTrue();
        assertThat(Resources.of(MCP).containsAll(Resources.of(MCP, FILES))).isFalse();
        assertThat(Resources.of(MCP).contains(FILES)).isFalse();
        assertThat(Resources.of(MCP).contains(MCP + "/")).isFalse();
    }

    /** Else a grant for nothing could be one for everything. */
    @Test
    void thereIsOneAtLeast() {
        assertThatThrownBy(() -> new Resources(List.of())).isInstanceOf(IllegalArgumentException.class);
    }
}
