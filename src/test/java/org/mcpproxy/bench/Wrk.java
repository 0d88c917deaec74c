package org.mcpproxy.bench;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The load generator wrk, sending one MCP request again and again over connections that stay open. */
final class Wrk {

    private static final Pattern RATE = Pattern.compile("Requests/sec:\\s+([0-9.]+)");
    private static final Pattern P99 = Pattern.compile("99%\\s+([0-9.]+)(us|ms|s)");

    private final Path script;
    private final int connections;

    /** @param script the Lua script that makes the request */
    Wrk(Path script, int connections) {
        this.script = script;
        this.connections = connections;
    }

    /**
     * One run.
     *
     * @param accessToken in the environment, as command lines are for all to see
     */
    Result run(URI target, String accessToken, Duration time) throws IOException, InterruptedException {
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
        Process process = builder.start();
        String report = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0 || report.contains("Non-2xx") || report.contains("Socket errors")) {
            throw new IllegalStateException("wrk did not run cleanly against " + target + ":\n" + report);
        }
        return Result.of(report);
    }

    /**
     * @param rate requests in a second
     * @param slowest the 99th percentile of the answer times, in milliseconds
     */
    record Result(double rate, double slowest) {

        static Result of(String report) {
            Matcher rate = RATE.matcher(report);
            Matcher slowest = P99.matcher(report);
            if (!rate.find() || !slowest.find()) {
                throw new IllegalStateException("wrk's report is not understood:\n" + report);
            }
            double value = Double.parseDouble(slowest.group(1));
            double milliseconds = switch (slowest.group(2)) {
                case "us" -> value / 1000;
                case "ms" -> value;
                default -> value * 1000;
            };
            return new Result(Double.parseDouble(rate.group(1)), milliseconds);
        }
    }
}
