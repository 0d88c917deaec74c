package org.mcpproxy.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.function.Function;

/** Reads the bounds of the relay, of the node or of one backend. Durations are written as in ISO 8601, {@code PT15S}. */
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
    private final String prefix;
    private final RelayLimits standard;
    private final Function<String, Optional<String>> misplaced;

    private RelayLimitsReader(
            Values values, String prefix, RelayLimits standard, Function<String, Optional<String>> misplaced) {
        this.values = values;
        this.prefix = prefix;
        this.standard = standard;
        this.misplaced = misplaced;
    }

    /** Reads those of the node; each has a default that serves most. */
    static RelayLimitsReader ofNode(Values values) {
        return new RelayLimitsReader(values, "", RelayLimits.standard(), name -> Optional.empty());
    }

    /**
     * Reads those of one backend.
     *
     * @param prefix of its settings, such as {@code MCP_BACKENDS_FILES}
     * @param node what holds where the backend has none of its own
     * @param misplaced why a bound is of no use at this backend, as {@link Values#problem} takes it
     */
    static RelayLimitsReader ofBackend(
            Values values, String prefix, RelayLimits node, Function<String, Optional<String>> misplaced) {
        return new RelayLimitsReader(values, prefix + "_", node.ofOneBackend(), misplaced);
    }

    /** A bound that is wrong is a problem of {@link Values}, and stands at its default until that is reported. */
    RelayLimits read() {
        return new RelayLimits(
                sizes(standard.sizes()),
                counts(standard.counts()),
                times(standard.times()),
                stdio(standard.stdio()),
                legacySse(standard.legacySse()));
    }

    private RelayLimits.Sizes sizes(RelayLimits.Sizes usual) {
        return RelayLimits.Sizes.of(
                number("RELAY_MAX_HEADER_BYTES", usual.headers(), LEAST_HEADERS, MOST_HEADERS),
                number("RELAY_MAX_BODY_BYTES", usual.body(), LEAST_BODY, MOST_BODY));
    }

    private RelayLimits.Counts counts(RelayLimits.Counts usual) {
        return new RelayLimits.Counts(
                number("RELAY_CONCURRENT", usual.atOnce(), 1, MOST),
                number("RELAY_CONCURRENT_PER_USER", usual.atOnceOfUser(), 1, MOST),
                number("RELAY_REQUESTS_PER_MINUTE", usual.perMinute(), 1, MOST));
    }

    private RelayLimits.Stdio stdio(RelayLimits.Stdio usual) {
        return new RelayLimits.Stdio(
                number("STDIO_PROCESSES", usual.processes(), 1, MOST_PROCESSES),
                number("STDIO_PROCESSES_PER_USER", usual.processesOfUser(), 1, MOST_PROCESSES),
                number("STDIO_MAX_LINE_BYTES", usual.line(), LEAST_BODY, MOST_BODY),
                duration("STDIO_IDLE_TIMEOUT", usual.idle()),
                duration("STDIO_LONGEST_BACKOFF", usual.backoff()));
    }

    private RelayLimits.LegacySse legacySse(RelayLimits.LegacySse usual) {
        return new RelayLimits.LegacySse(
                number("SSE_SESSIONS", usual.sessions(), 1, MOST),
                number("SSE_SESSIONS_PER_USER", usual.sessionsOfUser(), 1, MOST),
                number("SSE_MAX_EVENT_BYTES", usual.event(), LEAST_BODY, MOST_BODY),
                duration("SSE_IDLE_TIMEOUT", usual.idle()));
    }

    private RelayLimits.Times times(RelayLimits.Times usual) {
        return new RelayLimits.Times(
                usual.body(),
                duration("RELAY_CONNECT_TIMEOUT", usual.connect()),
                duration("RELAY_FIRST_BYTE_TIMEOUT", usual.firstByte()),
                duration("RELAY_HEARTBEAT", usual.heartbeat()),
                duration("RELAY_IDLE_TIMEOUT", usual.idle()),
                duration("RELAY_ANSWER_TIMEOUT", usual.answer()));
    }

    private int number(String name, int fallback, int least, int most) {
        return bound(name, fallback, text -> SettingsReader.number(text, least, most));
    }

    private Duration duration(String name, Duration fallback) {
        return bound(name, fallback, RelayLimitsReader::duration);
    }

    private <T> T bound(String name, T fallback, Values.Parser<T> parser) {
        String setting = prefix + name;
        Optional<String> why = misplaced.apply(name);
        if (why.isPresent() && values.text(setting).isPresent()) {
            values.problem(setting, why.get());
        }
        T read = why.isPresent() ? fallback : values.parsed(setting, fallback, parser);
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
