package org.mcpproxy.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.mcpproxy.fixture.Exposition;
import org.mcpproxy.fixture.Samples;
import org.mcpproxy.metrics.Meters;

class TokenMeterTest {

    private final Meters meters = new Meters();
    private final TokenMeter meter = new TokenMeter(Samples.settings(), meters);

    @Test
    void requestsAreCountedByGrantTypeAndOutcome() {
        meter.issued(Optional.of("authorization_code"));
        meter.refused(Optional.of("refresh_token"));
        meter.refused(Optional.of("refresh_token"));

        assertThat(value("authorization_code", "issued")).isEqualTo(1);
        assertThat(value("refresh_token", "refused")).isEqualTo(2);
    }

    /** The attack: grant types that somebody makes up. */
    @Test
    void grantTypesThatAreNotOfferedAreOne() {
        for (int i = 0; i < 500; i++) {
            meter.refused(Optional.of("made-up-" + i));
        }
        meter.refused(Optional.empty());

        assertThat(value("other", "refused")).isEqualTo(501);
        assertThat(scrape().series()).hasSize(1);
    }

    private double value(String grantType, String outcome) {
        return scrape().value("mcp_proxy_token_requests_total{grant_type=\"%s\",outcome=\"%s\"}"
                .formatted(grantType, outcome));
    }

    private Exposition scrape() {
        return Exposition.of(meters);
    }
}
