package org.mcpproxy.clients;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One run of a client's script, from start to end.
 *
 * @param steps what the script has seen to work, in order
 * @param output everything that script and client have said
 */
record Trip(int exitCode, List<String> steps, String output) {

    /** More than the scripts allow themselves, so that they can say what they waited for. */
    private static final Duration LIMIT = Duration.ofSeconds(180);

    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    private static final String STEP = "step: ";

    /** @throws IllegalStateException where it takes longer than three minutes */
    static Trip of(String script, String... arguments) {
        return within(LIMIT, "", script, arguments);
    }

    /** The same for a script that may take as long as this, and reads from its standard input. */
    static Trip within(Duration limit, String input, String script, String... arguments) {
        Process process = NodeProject.start(new ProcessBuilder().redirectErrorStream(true), script, arguments);
        CompletableFuture<List<String>> lines = CompletableFuture.supplyAsync(() -> linesOf(process));
        try {
            write(input, process);
            boolean ended = process.waitFor(limit.toSeconds(), TimeUnit.SECONDS);
            awaitLastWords(lines);
            NodeProject.end(process);
            String output = String.join("\n", lines.join());
            if (!ended) {
                throw new IllegalStateException(script + " took longer than " + limit + ":\n" + output);
            }
            return new Trip(process.exitValue(), stepsIn(lines.join()), output);
        } catch (InterruptedException e) {
            NodeProject.end(process);
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What a script has said as it ended may not have been read yet, and could not be any more. One of its own programs may go on. */
    private static void awaitLastWords(CompletableFuture<List<String>> lines) throws InterruptedException {
        try {
            lines.get(LAST_WORDS.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            // then what has been read so far must do
        }
    }

    private static void write(String input, Process process) {
        try (Writer writer = process.outputWriter()) {
            writer.write(input);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> linesOf(Process process) {
        try (BufferedReader reader = process.inputReader()) {
            return reader.lines().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> stepsIn(List<String> lines) {
        return lines.stream()
                .filter(line -> line.startsWith(STEP))
                .map(line -> line.substring(STEP.length()))
                .toList();
    }
}
