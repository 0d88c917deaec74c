package org.mcpproxy.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** The load generator wrk, sending one MCP request again and again over connections that stay open. */
final class Wrk {

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern P50 = Pattern.compile("50%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");
    private static final Pattern FAILED = Pattern.compile(
            "Socket errors: connect (\\d+), read (\\d+), write (\\d+), timeout (\\d+)|Non-2xx or 3xx responses: (\\d+)");

    private final Path script;
    private final int connections;
    private final String answer;
    private final Duration pause;

    /** @param script the Lua script that makes the request */
    Wrk(Path script, int connections) {
        this(script, connections, "", Duration.ZERO);
    }

    private Wrk(Path script, int connections, String answer, Duration pause) {
        this.script = script;
        this.connections = connections;
        this.answer = answer;
        this.pause = pause;
    }

    /** @param which of its answers the backend is asked for; empty for the usual one */
    Wrk askingFor(String which) {
        return new Wrk(script, connections, which, pause);
    }

    /** @param time about which each connection rests after each answer */
    Wrk resting(Duration time) {
        return new Wrk(script, connections, answer, time);
    }

    /**
     * One run.
     *
     * @param accessToken in the environment, as command lines are for all to see
     */
    Result run(URI target, String accessToken, Duration time) throws IOException, InterruptedException {
        return Result.of(report(target, accessToken, time));
    }

    /** A run that counts for nothing: a server that is cold may keep some waiting for too long. */
    void warmUp(URI target, String accessToken, Duration time) throws IOException, InterruptedException {
        report(target, accessToken, time);
    }

    private String report(URI target, String accessToken, Duration time) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        "wrk",
                        "--threads=1",
                        "--connections=" + connections,
                        "--duration=" + time.toSeconds() + "s",
                        "--latency",
                        "--script=" + script,
                        target.toString()))
                .redirectErrorStream(true);
        builder.environment().put("ACCESS_TOKEN", accessToken);
        builder.environment().put("ANSWER", answer);
        builder.environment().put("PAUSE", pause.isZero() ? "" : Long.toString(pause.toMillis()));
        Process process = builder.start();
        String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException("wrk failed against " + target + ":\n" + report);
        }
        return report;
    }

    /**
     * @param rate requests in a second
     * @param median of the answer times, in milliseconds
     * @param slowest the 99th percentile of the answer times, in milliseconds
     * @param failed how many requests had another answer than 2xx, or none
     */
    record Result(double rate, double median, double slowest, long failed) {

        static Result of(String report) {
            return new Result(
                    Double.parseDouble(find(RATE, report).group(1)),
                    milliseconds(find(P50, report)),
                    milliseconds(find(P99, report)),
                    failed(report));
        }

        /** For the end of a table's cell: nothing where none has failed. */
        String failures() {
            return failed == 0 ? "" : ", %,d FAILED".formatted(failed);
        }

        private static long failed(String report) {
            return FAILED.matcher(report)
                    .results()
                    .flatMap(found ->
                            IntStream.rangeClosed(1, found.groupCount()).mapToObj(found::group))
                    .filter(Objects::nonNull)
                    .mapToLong(Long::parseLong)
                    .sum();
        }

        private static Matcher find(Pattern what, String report) {
            Matcher found = what.matcher(report);
            if (!found.find()) {
                throw new IllegalStateException("wrk's report is not understood:\n" + report);
            }
            return found;
        }

        private static double milliseconds(Matcher time) {
            double value = Double.parseDouble(time.group(1));
            return switch (time.group(2)) {
                case "us" -> value / 1000;
                case "ms" -> value;
                default -> value * 1000;
            };
        }
    }
}
