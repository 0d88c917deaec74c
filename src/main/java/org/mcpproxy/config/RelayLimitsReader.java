package org.mcpproxy.config;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.eclipse.microprofile.config.Config;

/** Reads the bounds of the relay; each has a default that serves most. Durations are written as in ISO 8601, {@code PT15S}. */
@ApplicationScoped
public class RelayLimitsReader {

    private final Config config;

    @Inject
    public RelayLimitsReader(Config config) {
        this.config = config;
    }

    /** For CDI's proxy. */
    protected RelayLimitsReader() {
        this(null);
    }

    @Produces
    @Singleton
    RelayLimits limits() {
        RelayLimits standard = RelayLimits.standard();
        return new RelayLimits(
                standard.body(),
                config.getOptionalValue("RELAY_CONCURRENT", Integer.class).orElse(standard.concurrent()),
                duration("RELAY_CONNECT_TIMEOUT", standard.connect()),
                duration("RELAY_FIRST_BYTE_TIMEOUT", standard.firstByte()),
                duration("RELAY_HEARTBEAT", standard.heartbeat()));
    }

    private Duration duration(String name, Duration standard) {
        return config.getOptionalValue(name, Duration.class).orElse(standard);
    }
}
