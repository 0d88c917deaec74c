package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.jwk.JWKSet;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CachedKeysTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "max-age=300, must-revalidate     | 300",
                "public,max-age=90                | 90",
                "s-maxage=5, max-age=120          | 120",
                "max-age=5184000, must-revalidate | 600",
                "max-age=1                        | 60",
                "No-Cache                         | 60",
                "no-store, max-age=300            | 60",
                "none                             | 600",
                "max-age=99999999999999999999     | 600"
            })
    void cacheControlIsHonouredWithinBounds(String cacheControl, long seconds) {
        CachedKeys keys = CachedKeys.of(new JWKSet(), cacheControl, NOW);
        assertThat(Duration.between(NOW, keys.freshUntil())).isEqualTo(Duration.ofSeconds(seconds));
    }
}
