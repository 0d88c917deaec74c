package org.mcpproxy.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The proxy in an Open Liberty of its own, from the built WAR, with the repository's {@code server.xml}: a process as
 * its users run it. Several may run at once. Only the given settings reach it: neither the environment nor the
 * {@code .env} of whoever runs the tests.
 */
public final class ProxySystem implements Address, AutoCloseable {

    private static final Duration START = Duration.ofSeconds(240);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(5);

    /**
     * A server that lives for a test spends half of its time in the optimizing compiler, and sees nothing of the gain; with the
     * collector for large heaps it needs a quarter more to start; and that its classes need 70 MB it learns by collecting the
     * whole heap three times.
     */
    private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:MetaspaceSize=128m";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(ONE_ANSWER).build();
    private final LibertyProcess liberty;
    private final int port;

    private ProxySystem(LibertyProcess liberty, int port) {
        this.liberty = liberty;
        this.port = port;
    }

    /** A proxy to be, with no settings but a free port. */
    public static Plan plan() {
        return new Plan();
    }

    /** The port it listens on, at localhost. */
    public int port() {
        return port;
    }

    /**
     * An address of this node itself, which is not {@code PUBLIC_URL} where that was set.
     *
     * @param path begins with a slash
     */
    @Override
    public URI at(String path) {
        return URI.create("http://localhost:" + port + path);
    }

    /** Waits until {@code /health/ready} says so. */
    public ProxySystem awaitReady() {
        liberty.await("ready", START, () -> isReady() || hasFailed());
        if (hasFailed()) {
            throw new AssertionError("The application did not start. Console:\n" + console());
        }
        return this;
    }

    /** Liberty's words for an application that could not be started. */
    private boolean hasFailed() {
        return console().contains("CWWKZ0002E") || console().contains("CWWKZ0012I");
    }

    /**
     * Waits until the application is deployed, the port is open, which Liberty opens only after that, and the store has
     * loaded; for a proxy that never gets ready, having no Okta.
     */
    public ProxySystem awaitLive() {
        liberty.await("live", START, () -> console().contains("CWWKZ0001I") && health().contains("\"store\":\"well\""));
        return this;
    }

    /** Waits until the console's text, from this start on, is as wanted. */
    public ProxySystem awaitConsole(String what, Predicate<String> wanted) {
        liberty.await(what, START, () -> wanted.test(console()));
        return this;
    }

    /** Whether {@code /health/ready} says so now. */
    public boolean isReady() {
        return ready().filter(answer -> answer.statusCode() == 200).isPresent();
    }

    /** What {@code /health/ready} answers; empty where nothing does. */
    private String health() {
        return ready().map(HttpResponse::body).orElse("");
    }

    private Optional<HttpResponse<String>> ready() {
        try {
            HttpRequest request = HttpRequest.newBuilder(at("/health/ready"))
                    .timeout(ONE_ANSWER)
                    .build();
            return Optional.of(http.send(request, HttpResponse.BodyHandlers.ofString()));
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while asking for health", e);
        }
    }

    /** What the server printed since it was last started. */
    public String console() {
        return liberty.console();
    }

    /** Everything that the server has written into its log folder, and its console: every log, trace and dump there is. */
    public String allLogs() {
        return liberty.allLogs();
    }

    /** The server's output folder. */
    public Path folder() {
        return liberty.folder();
    }

    public long pid() {
        return liberty.pid();
    }

    /** What the server's JVM answers to {@code jcmd}. */
    public String diagnosed(String command) {
        try {
            Process jcmd = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "jcmd")
                                    .toString(),
                            Long.toString(pid()),
                            command)
                    .start();
            return new String(jcmd.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public boolean isAlive() {
        return liberty.isAlive();
    }

    /** Ends the process at once, as {@code kill -9} does. */
    public void kill() {
        liberty.kill();
    }

    /** Stops the process where it stands: connections are accepted, and nothing answers. */
    public void freeze() {
        liberty.signal("STOP");
    }

    public void thaw() {
        liberty.signal("CONT");
    }

    /** Ends the process in order, and waits for it. */
    public void stop() {
        liberty.stop();
    }

    /** Starts it again after {@link #kill} or {@link #stop}, on the same port and with the files that it left. */
    public ProxySystem startAgain() {
        return launchAgain().awaitReady();
    }

    /** As {@link #startAgain()}, and does not wait. */
    public ProxySystem launchAgain() {
        return launchAgain(Map.of());
    }

    /** As {@link #launchAgain()}, with some settings changed from now on, or gone where they are empty. */
    public ProxySystem launchAgain(Map<String, String> changes) {
        liberty.start(changes);
        return this;
    }

    /** Ends the process for good, by its own means or not. */
    @Override
    public void close() {
        liberty.end();
    }

    /** How a proxy shall be started. */
    public static final class Plan {

        private final Map<String, String> settings = new HashMap<>();
        private Path javaHome = Path.of(System.getProperty("java.home"));
        private int port = Ports.free();
        private String name = "proxy";
        private boolean optimized;
        private final List<Class<?>> probes = new ArrayList<>();

        private Plan() {}

        /** One setting, by its name in the environment. */
        public Plan with(String setting, Object value) {
            settings.put(setting, value.toString());
            return this;
        }

        public Plan withAll(Map<String, String> more) {
            settings.putAll(more);
            return this;
        }

        public Plan without(String setting) {
            settings.remove(setting);
            return this;
        }

        /** Whether it has been given this setting. */
        boolean names(String setting) {
            return settings.containsKey(setting);
        }

        /** The JDK that the server runs on; that of the caller, if not said. */
        public Plan onJava(Path home) {
            this.javaHome = home;
            return this;
        }

        public Plan onPort(int wanted) {
            this.port = wanted;
            return this;
        }

        /** The port that it will listen on, for settings of others that name it. */
        public int port() {
            return port;
        }

        /** A name for its folder under {@code target/systems}. */
        public Plan named(String folder) {
            this.name = folder;
            return this;
        }

        /** Puts a class of the tests into the WAR, where it can reach the application's own beans. */
        public Plan containing(Class<?> probe) {
            probes.add(probe);
            return this;
        }

        /** As its users run it, with the JVM's optimizing compiler: for who measures it, or works with it. */
        public Plan optimized() {
            this.optimized = true;
            return this;
        }

        /** Starts it, and waits until it is ready. */
        public ProxySystem start() {
            ProxySystem system = launch();
            try {
                return system.awaitReady();
            } catch (RuntimeException | Error e) {
                system.close();
                throw e;
            }
        }

        /** Starts it, and does not wait. */
        public ProxySystem launch() {
            Map<String, String> environment = new HashMap<>(settings);
            environment.putIfAbsent("PROXY_PORT", Integer.toString(port));
            if (!optimized) {
                environment.putIfAbsent("JVM_ARGS", SHORT_LIVED);
            }
            try {
                LibertyProcess liberty =
                        LibertyProcess.in(ServerFolder.create(name).with(probes), javaHome, environment);
                liberty.start(Map.of());
                return new ProxySystem(liberty, port);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
