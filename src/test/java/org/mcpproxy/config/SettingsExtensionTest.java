package org.mcpproxy.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.eclipse.microprofile.config.spi.ConfigSource;
import org.junit.jupiter.api.Test;

class SettingsExtensionTest {

    private static final Map<String, String> EARLIER = Map.of("proxy.port", "4000");

    @Test
    void aSettingStandsInCapitalsOrWithDots() {
        assertThat(SettingsExtension.setting(sources(Map.of("PROXY_PORT", "5000")), "PROXY_PORT", EARLIER))
                .contains("5000");
        assertThat(SettingsExtension.setting(sources(Map.of("proxy.port", "5000")), "PROXY_PORT", EARLIER))
                .contains("5000");
    }

    /** Liberty shows the application what the application has written for it. */
    @Test
    void whatAnEarlierStartWroteIsNoSetting() {
        assertThat(SettingsExtension.setting(sources(EARLIER), "PROXY_PORT", EARLIER))
                .isEmpty();
        assertThat(SettingsExtension.setting(
                        sources(Map.of("proxy.port", "4000", "PROXY_PORT", "'4000'")), "PROXY_PORT", EARLIER))
                .contains("'4000'");
    }

    private static List<ConfigSource> sources(Map<String, String> values) {
        return List.of(new ConfigSource() {
            @Override
            public Set<String> getPropertyNames() {
                return values.keySet();
            }

            @Override
            public String getValue(String name) {
                return values.get(name);
            }

            @Override
            public String getName() {
                return "test";
            }
        });
    }
}
