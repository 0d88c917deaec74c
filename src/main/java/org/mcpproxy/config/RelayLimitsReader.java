package org.mcpproxy.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;

/** Reads the bounds of the relay; each has a default that serves most. Durations are written as in ISO 8601, {@code PT15S}. */
final class RelayLimitsReader {

    private static final int MOST = 1_000_000;
    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofHours(24);

    private final Values values;

    RelayLimitsReader(Values values) {
        this.values = values;
    }

    /** A bound that is wrong is a problem of {@link Values}, and stands at its default until that is reported. */
    RelayLimits read() {
        RelayLimits standard = RelayLimits.standard();
        return new RelayLimits(
                standard.body(),
                standard.bodies(),
                standard.bodiesOfUser(),
                standard.bodyTime(),
                number("RELAY_CONCURRENT", standard.concurrent()),
                number("RELAY_CONCURRENT_PER_USER", standard.concurrentOfUser()),
                number("RELAY_REQUESTS_PER_MINUTE", standard.requestsPerMinute()),
                duration("RELAY_CONNECT_TIMEOUT", standard.connect()),
                duration("RELAY_FIRST_BYTE_TIMEOUT", standard.firstByte()),
                duration("RELAY_HEARTBEAT", standard.heartbeat()));
    }

    private int number(String name, int fallback) {
        Integer read = values.parsed(name, fallback, text -> SettingsReader.number(text, 1, MOST));
        return read == null ? fallback : read;
    }

    private Duration duration(String name, Duration fallback) {
        Duration read = values.parsed(name, fallback, RelayLimitsReader::duration);
        return read == null ? fallback : read;
    }

    private static Duration duration(String text) throws BadSetting {
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        } catch (DateTimeParseException e) {
            // told below, with what would be right
        }
        throw new BadSetting("must be a duration as ISO 8601 writes it, such as PT15S, from PT0.01S to PT24H.");
    }
}
