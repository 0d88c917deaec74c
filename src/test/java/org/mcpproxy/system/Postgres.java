package org.mcpproxy.system;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL that can be stopped, frozen and started again, on one port and with one folder of data. */
public final class Postgres implements AutoCloseable {

    /** Its owner, whom it lets in without a password. */
    public static final String USER = "postgres";

    private static final String DATABASE = "postgres";

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
        signal("STOP");
        frozen = true;
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
        ProcessHandle main = ProcessHandle.of(pid()).orElseThrow();
        // first the one that begets the others, so that none is missed
        kill(name, main.pid());
        main.descendants().forEach(process -> kill(name, process.pid()));
    }

    private long pid() {
        try {
            return Long.parseLong(
                    Files.readAllLines(data.resolve("postmaster.pid")).get(0).strip());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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
