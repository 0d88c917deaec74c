package org.mcpproxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.oauth2.sdk.http.HTTPResponse;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitHoldTest {

    private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");

    private final RateLimitHold hold = new RateLimitHold(Clock.fixed(NOW, ZoneOffset.UTC));

    @Test
    void nothingIsHeldAtFirst() {
        assertThat(hold.remaining()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "X-Rate-Limit-Reset | 1795428040            | 40",
                "Retry-After        | 12                    | 12",
                "Retry-After        | Mon, 23 Nov 2026 10:00:50 GMT | 50",
                "Retry-After        | soon                  | 30",
                "X-Rate-Limit-Reset | 1                     | 1",
                "X-Rate-Limit-Reset | 99999999999           | 300",
                "Retry-After        | 9999999999999999999999| 30",
                "X-Other            | 1                     | 30"
            })
    void callsAreHeldOffUntilTheNamedTimeWithinBounds(String header, String value, long seconds) {
        HTTPResponse response = new HTTPResponse(429);
        response.setHeader(header, value);

        Duration wait = hold.begin(response);

        assertThat(wait).isEqualTo(Duration.ofSeconds(seconds));
        assertThat(hold.remaining()).contains(wait);
    }
}
