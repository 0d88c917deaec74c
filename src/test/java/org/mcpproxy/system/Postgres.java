package org.mcpproxy.system;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL that can be stopped, frozen and started again, on one port and with one folder of data. */
public final class Postgres implements AutoCloseable {

    /** Its owner, whom it lets in without a password. */
    public static final String USER = "postgres";

    private static final String DATABASE = "postgres";
    private static final Duration FREEZING = Duration.ofSeconds(10);

    private final int port = Ports.free();
    private final Path data;
    private EmbeddedPostgres running;
    private boolean frozen;

    private Postgres(Path data) {
        this.data = data;
        startAgain();
    }

    /** A new one, without tables. */
    public static Postgres start() {
        try {
            Path systems = Files.createDirectories(ServerFolder.PROJECT.resolve("target/systems"));
            return new Postgres(Files.createTempDirectory(systems, "postgres-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String url() {
        return "jdbc:postgresql://localhost:" + port + "/" + DATABASE;
    }

    /** For a test's own locks; whoever asks closes it. */
    public Connection connection() {
        try {
            return source().getConnection();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    public DataSource source() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setURL(url());
        source.setUser(USER);
        return source;
    }

    /** Ends it in order; connections are refused then. */
    public synchronized void stop() {
        if (running != null) {
            try {
                running.close();
                running = null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Starts it after {@link #stop()}, with what it held. */
    public synchronized void startAgain() {
        if (running == null) {
            try {
                running = EmbeddedPostgres.builder()
                        .setPort(port)
                        .setDataDirectory(data)
                        .setCleanDataDirectory(false)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /** Stops all its processes where they stand: connections are accepted, and nothing answers. */
    public synchronized void freeze() {
        frozen = true;
        Waiting.until("all its processes stand still", FREEZING, () -> {
            signal("STOP");
            return standsStill(main()) && main().descendants().allMatch(Postgres::standsStill);
        });
    }

    public synchronized void thaw() {
        if (frozen) {
            signal("CONT");
            frozen = false;
        }
    }

    @Override
    public void close() {
        thaw();
        stop();
    }

    private void signal(String name) {
        ProcessHandle main = main();
        // first the one that begets the others; yet one that it is begetting just then may come late
        kill(name, main.pid());
        main.descendants().forEach(process -> kill(name, process.pid()));
    }

    private ProcessHandle main() {
        try {
            String pid = Files.readAllLines(data.resolve("postmaster.pid")).get(0);
            return ProcessHandle.of(Long.parseLong(pid.strip())).orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** By its state in {@code proc(5)}; one that has ended does, too. */
    private static boolean standsStill(ProcessHandle process) {
        try {
            String status = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return "TtZX".indexOf(status.charAt(status.lastIndexOf(')') + 2)) >= 0;
        } catch (IOException e) {
            return !process.isAlive();
        }
    }

    /** One that has ended meanwhile needs no signal. */
    private static void kill(String name, long pid) {
        try {
            new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
