package org.mcpproxy.system;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One Open Liberty process, which never outlives this one. */
final class LibertyProcess {

    private static final Duration STOP = Duration.ofSeconds(20);
    private static final long POLL_MILLIS = 100;
    private static final int TAIL = 6_000;

    private final ServerFolder folder;
    private final Path javaHome;
    private final Map<String, String> environment;
    private Process process;

    private LibertyProcess(ServerFolder folder, Path javaHome, Map<String, String> environment) {
        this.folder = folder;
        this.javaHome = javaHome;
        this.environment = environment;
    }

    static LibertyProcess in(ServerFolder folder, Path javaHome, Map<String, String> environment) {
        LibertyProcess liberty = new LibertyProcess(folder, javaHome, new HashMap<>(environment));
        Runtime.getRuntime().addShutdownHook(new Thread(liberty::killIfAlive));
        return liberty;
    }

    /** @param changes to the environment, from now on; an empty value removes */
    synchronized void start(Map<String, String> changes) {
        environment.putAll(changes);
        environment.values().removeIf(String::isEmpty);
        ProcessBuilder builder = new ProcessBuilder(
                        ServerFolder.RUNTIME.resolve("bin/server").toString(), "run", ServerFolder.SERVER)
                .redirectErrorStream(true)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(folder.console().toFile());
        Map<String, String> given = builder.environment();
        String path = given.get("PATH");
        given.clear();
        given.put("PATH", path);
        given.put("LC_ALL", "C.UTF-8");
        given.put("JAVA_HOME", javaHome.toString());
        given.put("WLP_USER_DIR", folder.users().toString());
        given.putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a condition; fails with the console's end where the process ends before, or the time is over. */
    void await(String what, Duration most, BooleanSupplier condition) {
        long end = System.nanoTime() + most.toNanos();
        while (!condition.getAsBoolean()) {
            if (!isAlive() || System.nanoTime() > end) {
                throw new AssertionError("Not " + what + (isAlive() ? " in time" : " before it ended") + ". Console:\n"
                        + tail(console()));
            }
            pause();
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    long pid() {
        return process.pid();
    }

    Path folder() {
        return folder.server();
    }

    String console() {
        return text(folder.console());
    }

    String allLogs() {
        try (Stream<Path> files = Files.walk(folder.server().resolve("logs"))) {
            return files.filter(Files::isRegularFile)
                    .map(LibertyProcess::text)
                    .collect(Collectors.joining("\n", console(), ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** SIGTERM, and where that takes too long, SIGKILL. */
    synchronized void stop() {
        process.destroy();
        try {
            if (process.waitFor(STOP.toSeconds(), TimeUnit.SECONDS)) {
                leaveWorkarea();
            } else {
                kill();
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    /** For good. In order, and thus slowly, only while that leaves something to the servers that are made later. */
    synchronized void end() {
        if (folder.hasWorkarea()) {
            kill();
        } else {
            stop();
        }
    }

    /** Where the application had started and the server says that it stopped in order. */
    private void leaveWorkarea() {
        String console = console();
        if (!console.contains("CWWKZ0001I") || !console.contains("CWWKE0036I")) {
            return;
        }
        try {
            folder.leaveWorkarea();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    synchronized void kill() {
        killIfAlive();
        process.onExit().join();
    }

    /** To the JVM itself, which the script has become. */
    void signal(String name) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void killIfAlive() {
        if (process != null) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    /** Ends early where the process ends. */
    private void pause() {
        try {
            CompletableFuture<Process> exit = process.onExit();
            exit.get(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            // still running: look again
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while waiting", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String text(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String tail(String text) {
        return text.substring(Math.max(0, text.length() - TAIL));
    }
}
