package org.mcpproxy.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;

/** Reads the bounds of the relay; each has a default that serves most. Durations are written as in ISO 8601, {@code PT15S}. */
final class RelayLimitsReader {

    private static final int MOST = 1_000_000;
    private static final int MOST_PROCESSES = 10_000;
    private static final int LEAST_HEADERS = 1024;

    private static final int MOST_HEADERS = 1024 * 1024;

    private static final int LEAST_BODY = 1024;
    /** In bytes; what reads a body takes many times as much memory meanwhile. */
    private static final int MOST_BODY = 16 * 1024 * 1024;

    private static final Duration SHORTEST = Duration.ofMillis(10);
    private static final Duration LONGEST = Duration.ofDays(30);

    private final Values values;

    RelayLimitsReader(Values values) {
        this.values = values;
    }

    /** A bound that is wrong is a problem of {@link Values}, and stands at its default until that is reported. */
    RelayLimits read() {
        return new RelayLimits(sizes(), counts(), times(), stdio(), legacySse());
    }

    private RelayLimits.Sizes sizes() {
        RelayLimits.Sizes standard = RelayLimits.Sizes.standard();
        return RelayLimits.Sizes.of(
                number("RELAY_MAX_HEADER_BYTES", standard.headers(), LEAST_HEADERS, MOST_HEADERS),
                number("RELAY_MAX_BODY_BYTES", standard.body(), LEAST_BODY, MOST_BODY));
    }

    private RelayLimits.Counts counts() {
        RelayLimits.Counts standard = RelayLimits.Counts.standard();
        return new RelayLimits.Counts(
                number("RELAY_CONCURRENT", standard.atOnce(), 1, MOST),
                number("RELAY_CONCURRENT_PER_USER", standard.atOnceOfUser(), 1, MOST),
                number("RELAY_REQUESTS_PER_MINUTE", standard.perMinute(), 1, MOST));
    }

    private RelayLimits.Stdio stdio() {
        RelayLimits.Stdio standard = RelayLimits.Stdio.standard();
        return new RelayLimits.Stdio(
                number("STDIO_PROCESSES", standard.processes(), 1, MOST_PROCESSES),
                number("STDIO_PROCESSES_PER_USER", standard.processesOfUser(), 1, MOST_PROCESSES),
                number("STDIO_MAX_LINE_BYTES", standard.line(), LEAST_BODY, MOST_BODY),
                duration("STDIO_IDLE_TIMEOUT", standard.idle()),
                duration("STDIO_LONGEST_BACKOFF", standard.backoff()));
    }

    private RelayLimits.LegacySse legacySse() {
        RelayLimits.LegacySse standard = RelayLimits.LegacySse.standard();
        return new RelayLimits.LegacySse(
                number("SSE_SESSIONS", standard.sessions(), 1, MOST),
                number("SSE_SESSIONS_PER_USER", standard.sessionsOfUser(), 1, MOST),
                number("SSE_MAX_EVENT_BYTES", standard.event(), LEAST_BODY, MOST_BODY),
                duration("SSE_IDLE_TIMEOUT", standard.idle()));
    }

    private RelayLimits.Times times() {
        RelayLimits.Times standard = RelayLimits.Times.standard();
        return new RelayLimits.Times(
                standard.body(),
                duration("RELAY_CONNECT_TIMEOUT", standard.connect()),
                duration("RELAY_FIRST_BYTE_TIMEOUT", standard.firstByte()),
                duration("RELAY_HEARTBEAT", standard.heartbeat()),
                duration("RELAY_IDLE_TIMEOUT", standard.idle()),
                duration("RELAY_ANSWER_TIMEOUT", standard.answer()));
    }

    private int number(String name, int fallback, int least, int most) {
        Integer read = values.parsed(name, fallback, text -> SettingsReader.number(text, least, most));
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
        throw new BadSetting("must be a duration as ISO 8601 writes it, such as PT15S, from PT0.01S to P30D.");
    }
}
