package org.mcpproxy.token;

import com.nimbusds.oauth2.sdk.GrantType;
import io.prometheus.metrics.core.metrics.Counter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.mcpproxy.config.Settings;
import org.mcpproxy.metrics.Meters;

/** Counts token requests by grant type, of which a stranger may name any. */
@Singleton
public class TokenMeter {

    private static final String OTHER = "other";

    private final Counter requests;
    private final Set<String> offered;

    @Inject
    public TokenMeter(Settings settings, Meters meters) {
        requests = meters.counter(
                "token_requests_total",
                "Token requests, by grant type and whether tokens were issued.",
                "grant_type",
                "outcome");
        offered = settings.offeredGrantTypes().stream().map(GrantType::getValue).collect(Collectors.toSet());
    }

    void issued(Optional<String> grantType) {
        count(grantType, "issued");
    }

    void refused(Optional<String> grantType) {
        count(grantType, "refused");
    }

    private void count(Optional<String> grantType, String outcome) {
        requests.labelValues(grantType.filter(offered::contains).orElse(OTHER), outcome)
                .inc();
    }
}
